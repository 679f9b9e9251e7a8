from http.server import HTTPServer
from socketserver import ThreadingMixIn

class LibProxyServer(ThreadingMixIn, HTTPServer):
    def __init__(
        self,
        *,
        listen_host: str,
        listen_port: int,
        web: str,
        target_host: str,
        target_port: int,
        heartbeat: int,
    ) -> None: ...
