// A number from its first form to its removal: texts that come in on it are
// forwarded to a page of ours that is closed at first, then broken, then well.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk, page
const receiver = { status: 500, got: [] }
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  receiver.server = createServer((request, response) => {
    let body = ''
    request.on('data', (d) => { body += d })
    request.on('end', () => {
      receiver.got.push(body)
      response.statusCode = receiver.status
      response.end(receiver.status === 200 ? '{"ok":true}' : 'auth=letmein99 cannot reach the database')
    })
  })
  await new Promise((ready) => receiver.server.listen(0, '127.0.0.1', ready))
  receiver.url = `http://127.0.0.1:${receiver.server.address().port}/texts`
})
after(async () => {
  await closeBrowser()
  receiver.server.close()
  await desk?.stop()
})

const shot = async (name) => {
  await page.waitForLoadState('load')
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)))
  await inspect(page, name)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name.replaceAll(/\W+/g, '-')}-${page.viewportSize().width}.png`, fullPage: true })
}

// until comes back to a page until it has what is waited for.
async function until(path, text) {
  for (let i = 0; i < 600; i++) {
    await page.goto(path)
    if (await page.getByText(text).count()) return
    await page.waitForTimeout(100)
  }
  assert.fail(`${path} does not come to have ${text}`)
}

for (const shape of [{ width: 1440, height: 900, dark: false }, { width: 360, height: 740, dark: true }]) {
  test(`a number's life at ${shape.width} px`, async () => {
    receiver.status = 500
    receiver.got = []
    page = await visit(desk, shape)
    await signIn(desk, page, 'sam')
    await page.goto('/numbers')
    await shot('no numbers')
    await page.getByRole('link', { name: 'Add a number' }).first().click()
    await page.getByLabel('Number', { exact: true }).fill('Hartwell')
    await page.getByLabel('Web address').fill(receiver.url)
    await page.getByRole('button', { name: 'Add this number' }).click()
    await shot('add a number, refused')
    await page.getByLabel('Number', { exact: true }).fill('07860 033456')
    await page.getByLabel('Auth text').fill('letmein99')
    await page.getByRole('button', { name: 'Add this number' }).click()
    await page.getByText('07860 033456 is added.').waitFor()
    await shot('a number, its host not allowed')

    const id = page.url().match(/\/numbers\/(\d+)$/)[1]
    await page.getByRole('button', { name: 'Forward a test' }).click()
    await page.getByText('which is not allowed').waitFor()
    await shot('a test that is not allowed')
    assert.equal(receiver.got.length, 0)
    await page.goto(`/numbers/${id}`)
    await page.getByRole('button', { name: /^Allow 127\.0\.0\.1:/ }).click()
    await page.getByRole('button', { name: 'Forward a test' }).click()
    await page.getByText('auth=(auth) cannot reach the database').waitFor()
    await shot('a test that fails')
    assert.match(receiver.got[0], /^source=447700900000&dest=447860033456&msg=This%20is%20a%20test%20from%20Textdesk\.&id=0&receivedts=[^&]+&auth=letmein99$/)

    await page.goto('/providers')
    const callback = (await page.locator('.code code').first().textContent()).trim()
    const posted = await fetch(callback, { method: 'POST', body: new URLSearchParams({ id: `in-${shape.width}`, from: '+447700900123', to: '447860033456', body: 'Is the club on? 😀' }) })
    assert.equal(posted.status, 200)
    await until(`/numbers/${id}`, 'Tried again later')
    await shot('a text that waits')
    receiver.status = 200
    await page.getByRole('link', { name: /ago|now|today/i }).first().click()
    await page.getByRole('button', { name: 'Try it now' }).click()
    await until(page.url(), 'It was taken: 200')
    await shot('a text that was taken')
    assert.match(receiver.got.at(-1), /^source=447700900123&dest=447860033456&msg=Is%20the%20club%20on%3F%20%F0%9F%98%80&id=\d+&receivedts=[^&]+&auth=letmein99$/)

    await page.goto(`/numbers/${id}`)
    await page.getByRole('button', { name: 'Forward a test' }).click()
    await page.getByText('Your page took it').waitFor()
    await shot('a test that is taken')
    await page.goto('/numbers')
    await shot('a number and its host')
    await page.getByRole('button', { name: /^Close 127/ }).click()
    await page.getByText('is closed to forwarding.').waitFor()
    await page.goto(`/numbers/${id}/remove`)
    await page.getByRole('button', { name: 'Remove 07860 033456' }).click()
    await page.getByText('No numbers yet').waitFor()
  })
}
