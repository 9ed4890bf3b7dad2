"""Sends a router advertisement with a prefix and a name server: router-advertisement.py LINK PREFIX SERVER"""
import socket
import struct
import sys

link, prefix, server = sys.argv[1:]


def address(text):
    return socket.inet_pton(socket.AF_INET6, text)


s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(link))
advertisement = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
information = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 0xFFFFFFFF, 600, 0) + address(prefix)
servers = struct.pack("!BBHI", 25, 3, 0, 300) + address(server)
s.sendto(advertisement + information + servers, ("ff02::1", 0, 0, socket.if_nametoindex(link)))
