from http.server import HTTPServer, SimpleHTTPRequestHandler
from socketserver import ThreadingMixIn

class ProxyRequestHandler(SimpleHTTPRequestHandler): ...

class LibProxyServer(ThreadingMixIn, HTTPServer):
    def __init__(
        self,
        RequestHandlerClass: type[ProxyRequestHandler],
        *,
        listen_host: str,
        listen_port: int,
        web: str,
        target_host: str,
        target_port: int,
        heartbeat: int,
    ) -> None: ...
