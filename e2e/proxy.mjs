// A reverse proxy such as an intranet has: one host, the desk below a path.
import { createServer, request } from 'node:http'

// startProxy serves target below path. With strip it takes the path away, as
// many proxies do. What drops says yes to is answered with half of a page and a
// closed connection. It returns the public address.
export async function startProxy(target, path, { strip = false, drops = () => false } = {}) {
  const to = new URL(target)
  const server = createServer((req, res) => {
    if (!req.url.startsWith(path + '/') && req.url !== path) {
      res.writeHead(404).end('the intranet, not the desk')
      return
    }
    if (drops(req)) {
      res.writeHead(200, { 'content-type': 'text/html', 'content-length': 5000 })
      res.write('<p>half of')
      setTimeout(() => req.socket.destroy(), 20)
      return
    }
    const forward = request({
      host: to.hostname, port: to.port, method: req.method, path: strip ? req.url.slice(path.length) || '/' : req.url,
      headers: { ...req.headers, 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'http', 'x-forwarded-host': req.headers.host },
    }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    forward.on('error', () => res.writeHead(502).end())
    req.pipe(forward)
  })
  await new Promise((up) => server.listen(0, '127.0.0.1', up))
  return { url: `http://127.0.0.1:${server.address().port}${path}`, server, close: () => new Promise((down) => { server.closeAllConnections(); server.close(down) }) }
}

// freePort finds a port for a proxy whose address the desk must know first.
export async function freePort() {
  const probe = createServer()
  await new Promise((up) => probe.listen(0, '127.0.0.1', up))
  const { port } = probe.address()
  await new Promise((down) => probe.close(down))
  return port
}
