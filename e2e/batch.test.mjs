// An office manager and a large send: hold it, let it go on, take it back, send
// it again to those it did not reach, and take the list along. With JavaScript
// and without.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { closeBrowser, review, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

const shapes = [
  { width: 360, height: 740, dark: false }, { width: 360, height: 740, dark: true },
  { width: 1440, height: 900, dark: false }, { width: 1440, height: 900, dark: true },
]

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await page.goto('/settings/organisation')
  await page.getByLabel('Name of your organisation').fill('Oakfield School')
  await page.getByLabel('Time to undo').fill('0')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('The settings are saved.').waitFor()
  // These journeys are made at night too.
  await page.goto('/settings/quiet-hours')
  await page.getByLabel('Keep quiet hours').uncheck()
  await page.getByRole('button', { name: 'Save quiet hours' }).click()
  await page.getByText('There are no quiet hours any more').waitFor()
  await page.context().close()
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// send has the page send to numbers, at once or at nine tomorrow, and returns
// the send's path.
async function send(page, javaScript, numbers, body, later = false) {
  await page.goto('/send')
  await page.locator('[name=to]').fill(numbers.join('\n'))
  await page.getByLabel('From', { exact: true }).fill('School')
  await page.getByLabel('Message', { exact: true }).fill(body)
  if (later) {
    await page.locator('[name=when][value=later]').check()
    await page.locator('[name=at_date]').fill(new Date(Date.now() + 30 * 3600e3).toISOString().slice(0, 10))
    await page.locator('[name=at_time]').fill('09:00')
  }
  await review(page, javaScript)
  await page.getByRole('button', { name: /^(Send|Schedule) \d+ messages/ }).click()
  await page.waitForURL(/\/batches\/\d+/)
  return new URL(page.url()).pathname
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'

  test(`pause, resume and stop, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await send(page, javaScript, ['07700 900210', '07700 900211', '07700 900212'], `Sports day, ${how}.`, true)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/^(Important: )?Paused by you at/).waitFor()
    if (javaScript) await inspect(page, 'a paused send')
    await page.getByRole('button', { name: 'Resume 3 messages' }).click()
    await page.getByText('Resumed: 3 messages that were left go on.').waitFor()
    assert.equal(await page.getByText(/Paused by you/).count(), 0)
    await page.getByRole('link', { name: 'Stop 3 messages' }).click()
    await page.getByRole('button', { name: 'Stop 3 messages' }).click()
    await page.getByText('Stopped: 3 messages were taken back').waitFor()
  })

  test(`send again to those it did not reach, and download, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    // The simulator refuses numbers that end in 02.
    const path = await send(page, javaScript, ['07700 900310', '07700 900311', '07700 900302', '07700 900402'], `Photographs, ${how}.`)
    const again = page.getByRole('link', { name: 'Send again to the 2 that failed' })
    for (let i = 0; i < 240 && !await again.count(); i++) {
      await page.waitForTimeout(500)
      if (!javaScript) await page.reload()
    }
    await again.waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()])
    const text = readFileSync(await file.path(), 'utf8')
    assert.ok(text.startsWith('\uFEFFNumber,State,'))
    assert.match(text, /\r\n07700 900302,Not delivered,/)
    assert.equal(text.trim().split('\r\n').length, 5)
    await again.click()
    await page.getByRole('button', { name: 'Send 2 messages again' }).waitFor()
    if (javaScript) {
      for (const shape of shapes) {
        const other = await visit(desk, shape)
        await signIn(desk, other, 'sam')
        for (const p of [path, path + '/send-again']) {
          await other.goto(p)
          await inspect(other, p)
        }
        await other.context().close()
      }
    }
    await page.getByRole('button', { name: 'Send 2 messages again' }).click()
    await page.waitForURL((url) => /\/batches\/\d+$/.test(url.pathname) && url.pathname !== path)
    await page.goto(path)
    await page.getByRole('link', { name: 'Sent again to 2 people' }).waitFor()
    assert.equal(await page.getByRole('link', { name: /Send again to the/ }).count(), 0)
  })
}
