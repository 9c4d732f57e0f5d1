"""房间:文件的每一项机制一间房,楼层见 docs/architecture.md。"""
