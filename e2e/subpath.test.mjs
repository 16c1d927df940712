// The desk below a path of the intranet, behind proxies of both kinds.
import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, password, startDesk, visit } from './desk.mjs'
import { freePort, startProxy } from './proxy.mjs'

after(closeBrowser)

for (const strip of [false, true]) {
  test(`below /desk/sms, behind a proxy that ${strip ? 'takes the path away' : 'leaves the path'}`, async () => {
    const port = await freePort()
    const desk = await startDesk({ port, env: { TEXTDESK_BASE_URL: 'http://intranet.example/desk/sms' } })
    desk.addUser('sam')
    const proxy = await startProxy(`http://127.0.0.1:${port}`, '/desk/sms', { strip })
    const page = await visit({ url: proxy.url })
    const missed = []
    page.on('response', (r) => { if (r.status() === 404 && !r.url().endsWith('/favicon.ico')) missed.push(r.url()) })
    try {
      await page.goto(proxy.url + '/')
      assert.match(page.url(), /\/desk\/sms\/sign-in/)
      await page.getByLabel('Username').fill('sam')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(/\/desk\/sms\/$/)
      const cookie = (await page.context().cookies()).find((c) => c.name === 'textdesk_session')
      assert.equal(cookie.path, '/desk/sms/', 'the cookie stays with the desk')
      for (const path of ['/', '/send', '/outbox', '/in-doubt', '/inbox', '/simulator', '/account', '/providers', '/settings']) {
        await page.goto(proxy.url + path)
        const stray = await page.evaluate(() => [...document.querySelectorAll('[href],[src],[action],[formaction],[hx-get],[hx-post]')]
          .flatMap((e) => ['href', 'src', 'action', 'formaction', 'hx-get', 'hx-post'].map((a) => e.getAttribute(a)))
          .filter((u) => u && !u.startsWith('/desk/sms/') && !u.startsWith('#') && !/^https?:|^data:/.test(u)))
        assert.deepEqual(stray, [], `${path}: addresses outside of the desk`)
      }
      assert.deepEqual(missed, [])
      assert.deepEqual(page.complaints, [])
    } finally {
      await proxy.close()
      await desk.stop()
    }
  })
}
