// Loaded before the suite. What it sends to DOOR goes to TARGET instead, under the name HOST and with
// AUTHORIZATION, of which the suite has none; a `Host` that is not DOOR's goes as it is.
import { Agent, setGlobalDispatcher } from 'undici';

const { AUTHORIZATION, DOOR, HOST, TARGET } = process.env;
const door = new URL(DOOR);
// `*.localhost` is loopback (RFC 6761), which not every libc knows.
const loopback = (_host, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

function pairs(headers) {
  if (!Array.isArray(headers)) return [...(headers?.[Symbol.iterator] ? headers : Object.entries(headers ?? {}))];
  return headers.flatMap((name, place) => (place % 2 ? [] : [[name, headers[place + 1]]]));
}

function addressed(headers) {
  const own = pairs(headers);
  const hosts = own.filter(([name, value]) => name.toLowerCase() === 'host' && value !== door.host);
  const rest = own.filter(([name]) => name.toLowerCase() !== 'host');
  const token = AUTHORIZATION ? [['authorization', AUTHORIZATION]] : [];
  return [...(hosts.length ? hosts : [['host', HOST]]), ...rest, ...token].flat();
}

const agent = new Agent({ connect: { lookup: loopback } });
setGlobalDispatcher(
  agent.compose((dispatch) => (options, handler) =>
    String(options.origin) === door.origin
      ? dispatch(
          {
            ...options,
            origin: TARGET,
            headers: addressed(options.headers),
            servername: new URL(TARGET).hostname,
          },
          handler,
        )
      : dispatch(options, handler),
  ),
);
