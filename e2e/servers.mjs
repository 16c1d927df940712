// nginx and Apache as an administrator sets them up: the configurations that
// are shipped in packaging/, in front of a desk, with TLS ended at the proxy.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const packaging = resolve(import.meta.dirname, '..', 'packaging')

// startServer puts the named server on a port, in front of the desk on another.
export async function startServer(name, { port, deskPort }) {
  const dir = mkdtempSync(join(tmpdir(), `textdesk-${name}-`))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'ignore' })
  // What ships names the desk's usual port; nothing else of it is changed.
  writeFileSync(join(dir, 'desk.conf'), readFileSync(join(packaging, `${name}.conf`), 'utf8').replaceAll('127.0.0.1:8080', `127.0.0.1:${deskPort}`))
  const [command, args] = servers[name](dir, port)
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => { log += d })
  const ended = new Promise((done) => child.once('exit', done))
  for (let i = 0; !await listens(port); i++) {
    if (i > 1200 || child.exitCode !== null) throw new Error(`${name} does not start: ${log}`)
    await new Promise((r) => setTimeout(r, 50))
  }
  return { url: `https://127.0.0.1:${port}/sms`, close: async () => { child.kill('SIGTERM'); await ended; rmSync(dir, { recursive: true, force: true }) } }
}

const servers = {
  nginx(dir, port) {
    const root = process.getuid() === 0 ? 'user root;' : ''
    writeFileSync(join(dir, 'main.conf'), `${root} worker_processes 1; pid ${dir}/pid; error_log stderr; daemon off;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((t) => `${t}_temp_path ${dir}/${t};`).join(' ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${dir}/cert.pem; ssl_certificate_key ${dir}/key.pem;
    include ${dir}/desk.conf;
  }
}`)
    return ['/usr/sbin/nginx', ['-p', dir, '-c', join(dir, 'main.conf')]]
  },
  apache(dir, port) {
    mkdirSync(join(dir, 'htdocs'))
    const modules = ['mpm_event', 'authz_core', 'alias', 'proxy', 'proxy_http', 'headers', 'ssl', 'socache_shmcb']
    const root = process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''
    writeFileSync(join(dir, 'main.conf'), `ServerRoot ${dir}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${dir}/pid
DocumentRoot ${dir}/htdocs
ErrorLog ${dir}/error.log
${root}
${modules.map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so`).join('\n')}
<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile ${dir}/cert.pem
  SSLCertificateKeyFile ${dir}/key.pem
  Include ${dir}/desk.conf
</VirtualHost>`)
    const binary = ['/usr/sbin/apache2', '/usr/sbin/httpd'].find(existsSync)
    return [binary, ['-D', 'FOREGROUND', '-f', join(dir, 'main.conf')]]
  },
}

function listens(port) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true) })
    socket.once('error', () => done(false))
  })
}
