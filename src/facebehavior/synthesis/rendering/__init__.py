"""Pictures of meshes: rasteriser, shading, light, backgrounds, the camera's faults."""
