"""The shape of heads: MakeHuman's mesh, people, action units, proxies, eyes, pose."""
