"""Passes requests on to the providers of models and their answers back as they come, and has them recorded.

An answer is recorded before its last bytes are passed on, so that a command can commit what it was answered.
Headers, addresses and their queries are never recorded: credentials are in them.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import aiohttp
from aiohttp import hdrs, web
from aiohttp.helpers import get_env_proxy_for_url
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from gitprov.interop.calls.call import ModelCall
from gitprov.interop.calls.reading import AnswerReader, CallShape, read_request, shape_of
from gitprov.web.proxy.addresses import LOOPBACK, Upstreams

Record = Callable[[ModelCall], None]

_HOP = frozenset(
    [
        *("connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    ]
)
_ADDED = (hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.USER_AGENT, hdrs.CONTENT_TYPE)
"""Headers that the library would add to a request that has none of them."""
_REQUEST_IDS = ("request-id", "x-request-id")
_FIELD = 1 << 16
"""Characters of the longest header that is passed on."""
_PATIENCE = 5.0
"""Seconds for which the end of an answer is held while it is recorded."""
_LAST_CALLS = 2.0
"""Seconds for which calls may go on after the command has ended."""


class _Exchange:
    """A request that calls a model, and its answer as it passes. What cannot be read is no call."""

    def __init__(self, shape: CallShape, path: str, body: bytes, upstream: aiohttp.ClientResponse) -> None:
        headers = upstream.headers
        streamed = headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("text/event-stream")
        encoding = headers.get(hdrs.CONTENT_ENCODING, "")
        self._shape, self._path, self._body = shape, path, body
        self._reader = AnswerReader(shape, streamed=streamed, encoding=encoding)
        self._request_id = next((headers[name] for name in _REQUEST_IDS if name in headers), None)
        self._rest = upstream.content_length
        self._is_taken = False

    def is_last(self, data: bytes) -> bool:
        """Read bytes that pass; whether they end the answer."""
        try:
            self._reader.feed(data)
        except Exception:  # noqa: BLE001 - the stream goes on whatever is in it
            return False
        self._rest = None if self._rest is None else self._rest - len(data)
        return self._reader.ended or self._rest == 0

    def take_call(self) -> ModelCall | None:
        """The call as far as it has been answered; None where there is none, and the second time."""
        if self._is_taken:
            return None
        self._is_taken = True
        try:
            reply = self._reader.reply()
            request = read_request(self._shape, self._path, self._body)
            return None if reply is None else ModelCall(request, reply, self._request_id)
        except Exception:  # noqa: BLE001 - as above
            return None


class ProxyServer:
    """The proxy, in a thread of its own. `record` is called in another one, with one call at a time.

    Port 0: any that is free. OSError where the port is taken.
    """

    def __init__(self, upstreams: Upstreams, record: Record, port: int = 0) -> None:
        self._upstreams = upstreams
        self._record = record
        self._recording = ThreadPoolExecutor(1, "record")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self.port = asyncio.run_coroutine_threadsafe(self._start(port), self._loop).result()
        except OSError:
            self._end_loop()
            raise

    def close(self) -> None:
        """End calls that still go on, and wait until all that was answered is recorded."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._recording.shutdown()
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self, port: int) -> int:
        silent = logging.getLogger("gitprov.proxy")  # the library's messages quote headers
        silent.disabled = True
        app = web.Application(logger=silent)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, logger=silent, auto_decompress=False, max_field_size=_FIELD,
            max_line_size=_FIELD, shutdown_timeout=_LAST_CALLS, handle_signals=False,
        )  # fmt: skip
        await self._runner.setup()
        self._client = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, max_field_size=_FIELD,
            max_line_size=_FIELD, timeout=aiohttp.ClientTimeout(total=None, sock_connect=60),
            connector=aiohttp.TCPConnector(limit=0),
        )  # fmt: skip
        try:
            await web.TCPSite(self._runner, LOOPBACK, port).start()
        except OSError:
            await self._stop()
            raise
        return int(self._runner.addresses[0][1])

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, and its answer back."""
        if request.headers.get(hdrs.HOST) not in {f"{name}:{self.port}" for name in (LOOPBACK, "localhost")}:
            return _trouble(421, "this is not the address of the proxy")
        target = self._upstreams.target(request.method, request.raw_path)
        if target is None:
            return _trouble(404, "the path shows no provider; it begins with /anthropic, /openai or /gemini")
        if hdrs.UPGRADE in request.headers:
            return _trouble(501, "connections that are upgraded, such as WebSockets, are not passed on")
        shape = shape_of(request.method, request.path)
        body = await request.content.read() if shape else request.content if request.can_read_body else None
        headers = _passed(request.headers)
        for name in (hdrs.HOST, hdrs.EXPECT):  # the library has answered the second
            headers.popall(name, None)
        if shape is not None:
            headers[hdrs.ACCEPT_ENCODING] = "identity"
        url = URL(target, encoded=True)
        try:
            proxy, proxy_auth = _way_out(url)
            upstream = await self._client.request(
                request.method, url, data=body, headers=headers, allow_redirects=False,
                skip_auto_headers=_ADDED, proxy=proxy, proxy_auth=proxy_auth,
            )  # fmt: skip
        except (aiohttp.ClientError, OSError, ValueError, asyncio.TimeoutError) as error:
            return _trouble(502, f"{url.host} cannot be reached: {_reason(error)}")
        async with upstream:
            exchange = None
            if shape is not None and isinstance(body, bytes) and upstream.status == 200:
                exchange = _Exchange(shape, request.path, body, upstream)
            return await self._pass_back(request, upstream, exchange)

    async def _pass_back(
        self, request: web.Request, upstream: aiohttp.ClientResponse, exchange: _Exchange | None
    ) -> web.StreamResponse:
        """Pass an answer back as it comes. One that is cut off is cut off here as well."""
        headers = _passed(upstream.headers)
        response = web.StreamResponse(status=upstream.status, reason=upstream.reason, headers=headers)
        try:
            await response.prepare(request)
            async for data in upstream.content.iter_any():
                if exchange is not None and exchange.is_last(data):
                    await self._recorded(exchange)
                await response.write(data)
            await self._recorded(exchange)
            await response.write_eof()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            await self._recorded(exchange)
            if request.transport is not None:
                request.transport.close()
        finally:  # the command may have ended meanwhile
            await self._recorded(exchange)
        return response

    async def _recorded(self, exchange: _Exchange | None) -> None:
        """Have an exchange recorded once; an answer does not wait for long until that is done."""
        call = None if exchange is None else exchange.take_call()
        if call is not None:
            work = self._loop.run_in_executor(self._recording, self._record, call)
            await asyncio.wait([work], timeout=_PATIENCE)


def _passed(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Headers without those that are about one connection."""
    names = {
        name.strip().lower() for value in headers.getall(hdrs.CONNECTION, ()) for name in value.split(",")
    }
    names |= _HOP
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in names)


def _way_out(url: URL) -> tuple[URL | None, aiohttp.BasicAuth | None]:
    """The proxy that the environment names for an address, and the credentials for it."""
    try:
        return get_env_proxy_for_url(url)
    except LookupError:
        return None, None


def _reason(error: Exception) -> str:
    """What went wrong, without the address of the request, which may have a key in it."""
    reason = getattr(error, "strerror", None)
    return str(reason) if reason else type(error).__name__


def _trouble(status: int, reason: str) -> web.Response:
    """An answer of the proxy itself, in the shape that libraries read errors from."""
    return web.json_response(
        {"type": "error", "error": {"type": "proxy_error", "message": f"gitprov proxy: {reason}"}},
        status=status,
    )
