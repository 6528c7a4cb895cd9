"""An interpreter that has imported openstacksdk: Ansible starts one for each task, which takes most of its time.

    preloaded.py SOCKET    serves interpreters; prints a line when it is ready
    preloaded.py           runs the program in its standard input in a child of the server whose socket the variable
                           PRELOADED_SOCKET names, with its own environment and standard streams
"""

import json
import os
import signal
import socket
import sys


def serve(path):
    import openstack.compute.compute_service

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            status = 99
            try:
                status = run(connection)
            finally:
                connection.sendall(bytes([status]))
                os._exit(status)
        connection.close()


def run(connection):
    environment, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    for i, stream in enumerate(streams):
        os.dup2(stream, i)
        os.close(stream)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(json.loads(environment))
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    sys.argv = [""]
    status = 0
    try:
        exec(compile(sys.stdin.read(), "<stdin>", "exec"), {"__name__": "__main__"})
    except SystemExit as exit_:
        status = exit_.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def forward():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ["PRELOADED_SOCKET"])
    socket.send_fds(connection, [json.dumps(dict(os.environ)).encode()], [0, 1, 2])
    status = connection.recv(1)
    return status[0] if status else 99


if sys.argv[1:]:
    serve(sys.argv[1])
else:
    sys.exit(forward())
