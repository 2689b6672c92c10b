"""A server that speaks S3 (moto, in memory) with one empty bucket: s3.py BUCKET

Prints the port of the loopback interface that it took, and ends when its input does, so that it never outlives its test.
"""

import sys
import urllib.request

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
bucket = urllib.request.Request(f"http://127.0.0.1:{port}/{sys.argv[1]}", method="PUT")
urllib.request.urlopen(bucket).close()
print(port, flush=True)
sys.stdin.read()
