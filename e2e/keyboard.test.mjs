// Somebody who uses no mouse: a send to several people from beginning to end,
// and the pages around it. The focus is always to be seen, stays where it is when
// a page renews itself, and nothing traps it.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, password, signIn, startDesk, visit } from './desk.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await page.goto('/settings/organisation')
  await page.getByLabel('Name of your organisation').fill('Oakfield School')
  await page.getByLabel('Time to undo').fill('120')
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

// focused says what has the focus, as a screen reader would name it, and whether
// a person can see that.
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement
  const name = e.getAttribute('aria-label') || (e.labels?.[0]?.textContent ?? e.textContent ?? '').trim().replace(/\s+/g, ' ')
  const shown = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none'
  return { tag: e.tagName, role: e.getAttribute('role'), type: e.type, name, value: e.value, id: e.id,
    visible: shown(getComputedStyle(e)) || shown(getComputedStyle(e, '::after')) || e.closest('label, .field, .choice') !== null && shown(getComputedStyle(e.closest('label, .field, .choice'))) }
})

// tabTo presses Tab until something of that name has the focus.
async function tabTo(page, name) {
  const passed = []
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    if (at.tag !== 'BODY') assert.ok(at.visible, `the focus on ${at.tag} “${at.name}” cannot be seen`)
    if (name instanceof RegExp ? name.test(at.name) : at.name === name) return at
    passed.push(at.name.slice(0, 30))
  }
  assert.fail(`${name} is not reached: ${passed.join(' | ')}`)
}

async function keysIn(page) {
  await page.goto('/sign-in')
  if ((await focused(page)).name !== 'Username') await tabTo(page, 'Username')
  await page.keyboard.type('sam')
  await tabTo(page, 'Password')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
}

test('a send to three people, by keyboard alone', async () => {
  const page = await visit(desk)
  await keysIn(page)
  await page.goto('/send')
  await page.keyboard.press('Tab')
  assert.equal((await focused(page)).name, 'Skip to content')
  await page.keyboard.press('Enter')
  await tabTo(page, /^To/)
  await page.keyboard.type('07700 900210, 07700 900211, 07700 900212')
  await page.getByText('3 people').first().waitFor() // the running line has come, and taken no focus
  assert.match((await focused(page)).name, /^To/)
  await tabTo(page, /^From/)
  await page.keyboard.type('School')
  await tabTo(page, /^Message/)
  await page.keyboard.type('The hall is closed today.')
  await page.getByText('25 characters, 1 text message').first().waitFor()
  assert.match((await focused(page)).name, /^Message/)
  await tabTo(page, /^Review/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Check and send' }).waitFor()
  await tabTo(page, /^Send 3 messages/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/batches\/\d+/)

  // The page counts down each second; the button keeps the focus meanwhile.
  await tabTo(page, /^Stop all 3/)
  const before = await page.locator('#undo').textContent()
  for (let i = 0; i < 240 && await page.locator('#undo').textContent() === before; i++) await page.waitForTimeout(250)
  assert.notEqual(await page.locator('#undo').textContent(), before, 'the countdown stands still')
  await page.waitForTimeout(1500)
  assert.match((await focused(page)).name, /^Stop all 3/)
  await page.keyboard.press('Enter')
  await page.getByText('Stopped: 3 messages were taken back').waitFor()
  assert.equal(await page.locator('main [role=status]#batch-said').textContent(), 'Stopped.')
  assert.deepEqual(page.complaints, [])
})

test('pausing, another time and stopping, by keyboard alone', async () => {
  const page = await visit(desk)
  await keysIn(page)
  await page.goto('/send')
  await page.locator('[name=to]').fill('07700 900220\n07700 900221')
  await page.getByLabel('From', { exact: true }).fill('School')
  await page.getByLabel('Message', { exact: true }).fill('Sports day.')
  await page.locator('[name=when][value=now]').focus()
  await page.keyboard.press('ArrowDown') // radios go by arrows
  assert.equal((await focused(page)).value, 'later')
  const day = new Date(Date.now() + 30 * 3600e3).toISOString().slice(0, 10)
  await page.locator('[name=at_date]').fill(day)
  await page.locator('[name=at_time]').fill('09:00')
  await page.getByRole('button', { name: 'Review 2 messages' }).waitFor() // the running line has come
  await tabTo(page, /^Review/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Check and send' }).waitFor()
  await tabTo(page, /^(Send|Schedule) 2 messages/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/batches\/\d+/)
  const path = new URL(page.url()).pathname

  await tabTo(page, 'Pause')
  await page.keyboard.press('Enter')
  await page.getByText(/Paused by you at/).first().waitFor()
  await tabTo(page, 'Resume 2 messages')
  await page.keyboard.press('Enter')
  await page.getByText('Resumed: 2 messages').waitFor()
  await tabTo(page, 'Change the time')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/time$/)
  await page.locator('[name=at_time]').focus()
  await page.locator('[name=at_time]').fill('10:30')
  await tabTo(page, 'Change the time')
  await page.keyboard.press('Enter')
  await page.getByText(/^(Done: )?Leaves on .* 10:30/).first().waitFor()

  // From the list, to the send, and cancelled.
  await page.goto('/outbox/sends?state=planned')
  const row = await tabTo(page, /^Cancel: Sports day/)
  assert.equal(row.tag, 'A')
  await page.keyboard.press('Enter')
  await page.waitForURL(path + '/stop')
  await tabTo(page, 'Stop 2 messages')
  await page.keyboard.press('Enter')
  await page.getByText('Stopped: 2 messages were taken back').waitFor()
  assert.deepEqual(page.complaints, [])
})

// A refused form: the summary has the focus or stands first, and its link leads
// into the field.
test('a refused form leads to its field', async () => {
  const page = await visit(desk)
  await keysIn(page)
  for (const [path, button, summary, field] of [
    ['/templates/new', /^Save|^Keep|^Add/, null, 'name'],
    ['/suppressions', 'Never text these numbers', 'Paste at least one number.', 'people'],
    ['/groups', /^Make|^Add|^Create|^New/, null, 'name'],
  ]) {
    await page.goto(path)
    await page.getByRole('button', { name: button }).first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.error-summary, [role=alert]').first().waitFor()
    assert.match(await page.title(), /^Error:/, `${path}: the title does not say that there is an error`)
    const link = page.locator('.error-summary a, [role=alert] a').first()
    if (summary) await page.getByRole('link', { name: summary }).waitFor()
    await link.focus()
    await page.keyboard.press('Enter')
    const at = await focused(page)
    assert.equal(at.id, `f-${field}`, `${path}: the link leads to ${at.tag} ${at.id}`)
  }
})

// Everything that can be pressed on the pages of sends can be reached, once, in
// the order of the page.
test('the tab order is that of the page', async () => {
  const page = await visit(desk)
  await keysIn(page)
  for (const path of ['/outbox', '/outbox/sends', '/recurring', '/approvals', '/credits', '/templates', '/templates/new', '/lists', '/groups', '/suppressions', '/suppressions/file', '/providers', '/providers/Simulator/edit']) {
    await page.goto(path)
    const wrong = await page.evaluate(() => [...document.querySelectorAll('[tabindex]')].filter((e) => e.tabIndex > 0).map((e) => e.outerHTML.slice(0, 80)))
    assert.deepEqual(wrong, [], `${path} has its own tab order`)
    const unnamed = await page.evaluate(() => [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea')]
      .filter((e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim() || e.textContent.trim() || e.title)).map((e) => e.outerHTML.slice(0, 80)))
    assert.deepEqual(unnamed, [], `${path} has things without a name`)
    const heads = await page.locator('main h1').count()
    assert.equal(heads, 1, `${path} has ${heads} first headings`)
    const expected = await page.evaluate(() => [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary')]
      .filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0 && e.type !== 'radio').length)
    await page.locator('main').focus()
    let seen = 0
    for (let i = 0; i < expected + 5; i++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => !!document.activeElement.closest('main') && document.activeElement.tagName !== 'MAIN')
      if (!at) break
      assert.ok((await focused(page)).visible, `${path}: the focus on “${(await focused(page)).name}” cannot be seen`)
      seen++
    }
    assert.ok(seen >= expected, `${path}: only ${seen} of ${expected} can be reached`)
  }
})
