// The desk below https://…/sms, behind nginx and behind Apache, with the very
// configurations that are shipped: pages, forms, downloads, uploads, live
// updates, and the API.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { closeBrowser, password, startDesk, visit } from './desk.mjs'
import { freePort } from './proxy.mjs'
import { startServer } from './servers.mjs'

after(closeBrowser)

const pages = ['/send', '/outbox', '/in-doubt', '/inbox', '/contacts', '/groups', '/lists', '/suppressions', '/templates', '/recurring', '/credits', '/users', '/approvals', '/account', '/providers', '/settings', '/simulator']

for (const name of ['nginx', 'apache']) {
  test(`below /sms with TLS, behind ${name}`, async () => {
    const [port, deskPort] = [await freePort(), await freePort()]
    const desk = await startDesk({ port: deskPort, env: { TEXTDESK_BASE_URL: `https://127.0.0.1:${port}/sms` } })
    desk.addUser('sam')
    const token = desk.run(['user', 'token', 'sam'])
    let proxy
    try {
      proxy = await startServer(name, { port, deskPort })
      const page = await visit({ url: proxy.url }, { ignoreHTTPSErrors: true })
      const missed = []
      page.on('response', (r) => { if (r.status() === 404 && !r.url().endsWith('/favicon.ico')) missed.push(r.url()) })
      await page.goto(`https://127.0.0.1:${port}/sms`)
      assert.match(page.url(), /\/sms\/sign-in/)
      await page.getByLabel('Username').fill('sam')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL((url) => url.pathname.startsWith('/sms/') && !url.pathname.includes('sign-in'))
      const cookie = (await page.context().cookies()).find((c) => c.name === 'textdesk_session' || c.name.endsWith('textdesk_session'))
      assert.ok(cookie.secure && cookie.httpOnly && cookie.path === '/sms/', JSON.stringify(cookie))

      // Every page, with what it loads, and no way out of /sms.
      for (const path of pages) {
        const answer = await page.goto(proxy.url + path)
        assert.equal(answer.status(), 200, path)
        const stray = await page.evaluate(() => [...document.querySelectorAll('[href],[src],[action],[formaction],[hx-get],[hx-post]')]
          .flatMap((e) => ['href', 'src', 'action', 'formaction', 'hx-get', 'hx-post'].map((a) => e.getAttribute(a)))
          .filter((u) => u && !u.startsWith('/sms/') && !u.startsWith('#') && !/^https?:|^data:/.test(u)))
        assert.deepEqual(stray, [], `${path}: addresses outside of the desk`)
      }

      // A form, and a page that follows by itself.
      await page.goto(proxy.url + '/send')
      await page.getByLabel('To', { exact: true }).fill('07700 900123')
      await page.getByLabel('Message', { exact: true }).fill('Through the proxy')
      await page.getByLabel('From', { exact: true }).fill('School')
      await page.getByRole('button', { name: /^Send/ }).click()
      await page.getByText('Delivered').first().waitFor()

      // The API, by GET and POST; a long download whole.
      const sent = await call(`${proxy.url}/api?Token=${token}&Action=Send&DestinationAddress=07700900124&SourceAddress=SCHOOL&Body=By+script`)
      assert.match(sent.body, /^\d+$/)
      const credits = await call(proxy.url + '/api', { method: 'POST', body: `Token=${token}&Action=CheckCredits` })
      assert.equal(credits.status, 200)
      const [download] = await Promise.all([page.waitForEvent('download'), page.goto(proxy.url + '/credits/ledger.csv').catch(() => {})])
      assert.match(readFileSync(await download.path(), 'utf8'), /\r\n/)
      assert.deepEqual(missed, [])

      // What a browser claims of itself is not believed: the sign-in's address is the browser's own.
      await call(proxy.url + '/sign-in', { method: 'POST', body: 'username=sam&password=wrong', headers: { 'X-Forwarded-For': '203.0.113.9', Origin: `https://127.0.0.1:${port}` } })
      await page.goto(proxy.url + '/account')
      assert.ok(!(await page.content()).includes('203.0.113.9'))
    } finally {
      await proxy?.close()
      await desk.stop()
    }
  })
}

function call(url, { method = 'GET', body = '', headers = {} } = {}) {
  return new Promise((done, failed) => {
    const req = request(url, { method, rejectUnauthorized: false, headers: { ...(body && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }), ...headers } }, (res) => {
      let text = ''
      res.on('data', (d) => { text += d }).on('end', () => done({ status: res.statusCode, body: text }))
    })
    req.on('error', failed)
    req.end(body)
  })
}
