"""Makes multicast routes as a daemon does, and keeps them until its standard input ends.

    multicast-daemon.py 4|6 SOURCE GROUP IN-LINK OUT-LINK [TABLE]

Writes "ready" when they are there, or why they can't be made.
"""
import socket
import struct
import sys

version, source, group, incoming, outgoing, *table = sys.argv[1:]
INIT, ADD_VIF, ADD_MFC, TABLE = 200, 202, 204, 209
USE_IFINDEX = 8


def ifindex(name):
    return socket.if_nametoindex(name)


try:
    if version == "4":
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
        level = socket.IPPROTO_IP
        if table:
            s.setsockopt(level, TABLE, int(table[0]))
        s.setsockopt(level, INIT, 1)
        for number, name in enumerate([incoming, outgoing]):
            s.setsockopt(level, ADD_VIF, struct.pack("=HBBIi4s", number, USE_IFINDEX, 1, 0, ifindex(name), bytes(4)))
        addresses = socket.inet_pton(socket.AF_INET, source) + socket.inet_pton(socket.AF_INET, group)
        ttls = bytes([255, 7] + [255] * 30)
        s.setsockopt(level, ADD_MFC, addresses + struct.pack("=H32s2xIIIi", 0, ttls, 0, 0, 0, 0))
    else:
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        level = socket.IPPROTO_IPV6
        s.setsockopt(level, INIT, 1)
        for number, name in enumerate([incoming, outgoing]):
            s.setsockopt(level, ADD_VIF, struct.pack("=HBBHxxI", number, 0, 1, ifindex(name), 0))

        def address(text):
            return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)

        s.setsockopt(level, ADD_MFC, address(source) + address(group) + struct.pack("=H2x32s", 0, bytes([2] + [0] * 31)))
    print("ready", flush=True)
except OSError as error:
    print(f"{error.strerror}", flush=True)
sys.stdin.read()
