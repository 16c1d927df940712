// Somebody begins their day on Home, sends to some people, sees it there without
// asking, follows a figure into the report behind it, narrows that down and takes
// it along. With JavaScript and without.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { closeBrowser, review, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('boss')
  desk.addUser('sam', 'normal', '--credits', '100', '--sender', 'School', '--parent', 'boss', '--first', 'Sam')
  desk.addUser('kim', 'normal', '--credits', '100', '--sender', 'School', '--parent', 'boss', '--first', 'Kim')
  const page = await visit(desk)
  await signIn(desk, page, 'boss')
  await page.goto('/settings/organisation')
  await page.getByLabel('Name of your organisation').fill('Oakfield School')
  await page.getByLabel('Time to undo').fill('0')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.goto('/settings/quiet-hours') // these journeys are made at night too
  await page.getByLabel('Keep quiet hours').uncheck()
  await page.getByRole('button', { name: 'Save quiet hours' }).click()
  await page.getByText('There are no quiet hours any more').waitFor()
  await page.context().close()
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// figure is what a tile of Home says.
async function figure(page, label) {
  const text = await page.locator('main .stat', { hasText: label }).first().innerText()
  return Number(text.match(/\d[\d,]*/)[0].replace(',', ''))
}

// until waits for Home to say something: by itself, or when it is asked again.
async function until(page, javaScript, holds) {
  for (let i = 0; i < 240; i++) {
    if (await holds()) return
    await page.waitForTimeout(500)
    if (!javaScript) await page.reload()
  }
  assert.fail('Home never says so: ' + await page.locator('main').innerText())
}

async function downloaded(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()])
  return readFileSync(await file.path())
}

for (const [javaScript, user] of [[true, 'sam'], [false, 'kim']]) {
  test(`a day on Home, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, user)
    await page.goto('/')
    await page.getByText('No send to several people is under way.').waitFor()
    await page.getByText('All is well. Nothing waits for a decision.').waitFor()
    assert.equal(await figure(page, 'Sent today'), 0)

    // The simulator refuses numbers that end in 02.
    await page.getByRole('link', { name: 'Send a text' }).first().click()
    await page.locator('[name=to]').fill(['07700 900510', '07700 900511', '07700 900502', '07700 900512'].join('\n'))
    await page.getByLabel('Message', { exact: true }).fill('No swimming today.')
    await review(page, javaScript)
    await page.getByRole('button', { name: 'Send 4 messages' }).click()
    await page.waitForURL(/\/batches\/\d+/)

    await page.goto('/')
    await until(page, javaScript, async () => await figure(page, 'Delivered') === 3 && await figure(page, 'Not delivered') === 1)
    assert.equal(await figure(page, 'Sent today'), 4)
    assert.equal(await figure(page, 'Credits'), 97)
    if (javaScript) await inspect(page, 'Home after a send')

    // A reply that comes while Home is open.
    const phone = await visit(desk)
    await signIn(desk, phone, 'boss')
    await phone.goto('/simulator/+447700900510')
    await phone.getByLabel(/^Reply|^Message|^Text/).first().fill(`Thank you, ${user}`)
    await phone.getByRole('button', { name: /^Send|^Reply/ }).first().click()
    await phone.locator('main').getByText(`Thank you, ${user}`).first().waitFor()
    await phone.context().close()
    await until(page, javaScript, async () => await page.getByText(`Thank you, ${user}`).count() > 0)

    // From the figure to the report behind it.
    await page.locator('main .stat', { hasText: 'Not delivered' }).first().click()
    await page.waitForURL(/\/reports\/failed\?period=today/)
    await page.getByText('1 row', { exact: false }).first().waitFor()
    const failed = (await downloaded(page, page.getByRole('link', { name: 'Download 1 row as CSV' }))).toString('utf8')
    assert.ok(failed.startsWith('\uFEFFMessageID,Username,'))
    assert.match(failed, new RegExp(`,${user},.*900502`))
    assert.equal(failed.trim().split('\r\n').length, 2)

    await page.getByRole('link', { name: 'Messages', exact: true }).click()
    await page.getByRole('link', { name: 'Today' }).click()
    await page.getByRole('link', { name: 'Download 4 rows as CSV' }).waitFor()
    await page.getByLabel('State').selectOption({ label: 'Delivered' })
    await page.getByRole('button', { name: 'Show the report' }).click()
    await page.getByRole('link', { name: 'Download 3 rows as CSV' }).waitFor()
    await page.getByLabel('Number', { exact: true }).fill('07700 900511')
    await page.getByRole('button', { name: 'Show the report' }).click()
    await page.getByRole('link', { name: 'Download 1 row as CSV' }).waitFor()
    if (javaScript) await inspect(page, 'a report narrowed down')
    const workbook = await downloaded(page, page.getByRole('link', { name: 'As an Excel workbook' }))
    assert.equal(workbook.subarray(0, 2).toString(), 'PK')

    // Days that cannot be are refused with what was typed, and can be put right.
    const wrong = new URL(page.url())
    wrong.searchParams.set('from', '2026-02-30')
    wrong.searchParams.delete('period')
    await page.goto(wrong.href)
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
    assert.equal(await page.getByLabel('From', { exact: true }).inputValue(), '2026-02-30')
    await page.getByRole('link', { name: 'Today' }).click()
    await page.getByRole('link', { name: /^Download \d+ rows? as CSV/ }).waitFor()
    await page.getByRole('link', { name: 'Usage', exact: true }).click()
    await page.locator('main table').getByText('Delivered', { exact: true }).first().waitFor()
    assert.deepEqual(page.complaints, [])
    await page.context().close()
  })
}
