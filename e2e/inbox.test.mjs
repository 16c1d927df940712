// The inbox: what is new comes by itself and disturbs nobody, two colleagues do
// not answer one text, and all of it works without script and without a mouse.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, soon, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  desk.addUser('kim', 'normal', '--credits', '100') // below sam, who sees what answers kim
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// heard has a phone answer a text of sam's, and returns the page of the phone.
async function heard(number, ...replies) {
  return heardBy('sam', number, ...replies)
}

async function heardBy(who, number, ...replies) {
  const page = await visit(desk)
  await signIn(desk, page, who)
  await page.getByLabel('To').fill(number)
  await page.getByLabel('From').fill('07700 900999')
  await page.getByLabel('Message').fill('Boiler visit Tuesday, between 8 and 10.')
  await page.getByRole('button', { name: 'Send 1 message' }).click()
  await page.getByText('Delivered').first().waitFor()
  for (const text of replies) await says(page, number, text)
  return page
}

async function says(phone, number, text) {
  await phone.goto('/simulator/' + number.replace(/\D/g, '').replace(/^0/, '44'))
  await phone.getByRole('textbox', { name: 'Reply from ' + number }).fill(text)
  await phone.keyboard.press('Enter')
  await phone.getByText(text).first().waitFor()
}

// opened is the conversation with a number, in a browser of somebody's own, once
// the desk has read what the phone wrote.
async function opened(who, number, options) {
  const page = await visit(desk, options)
  await signIn(desk, page, who)
  await soon(async () => {
    await page.goto('/inbox?q=' + encodeURIComponent(number))
    assert.equal(await page.locator('[data-conv]').count(), 1)
  })
  await page.locator('[data-conv]').first().click()
  await page.getByRole('heading', { level: 1, name: number }).waitFor()
  return page
}

test('what is new appears, and what somebody writes, where they look and where the cursor stands stay', async () => {
  const number = '07700 900211'
  const phone = await heard(number, 'Which door?')
  const page = await opened('sam', number)
  const field = page.getByLabel('Reply to ' + number)
  await field.fill('The back door, ple')
  await field.press('ArrowLeft')
  const more = page.locator('summary', { hasText: 'Saved replies' })
  assert.equal(await more.count(), 0) // there are none yet
  await says(phone, number, 'And should I be at home?')
  await page.locator('#thread-talk').getByText('And should I be at home?').waitFor()
  assert.equal(await field.inputValue(), 'The back door, ple')
  assert.deepEqual(await field.evaluate((f) => [document.activeElement === f, f.selectionStart]), [true, 17])
  // It was written to what stood there before, so it is asked about.
  await page.getByRole('button', { name: 'Send reply' }).click()
  await page.getByText('Another text came while you were writing').waitFor()
  assert.equal(await field.inputValue(), 'The back door, ple')
  await inspect(page, 'a reply that is asked about')
  await page.getByRole('button', { name: 'Send it all the same' }).click()
  await page.locator('.bubble-mine', { hasText: 'The back door, ple' }).waitFor()
  await empty(field)
  await page.locator('.bubble-mine', { hasText: 'The back door' }).getByText('Delivered').waitFor() // by itself
  // With the keyboard.
  await field.focus()
  await page.keyboard.type('Yes please')
  await page.keyboard.press('Control+Enter')
  await page.locator('.bubble-mine', { hasText: 'Yes please' }).waitFor()
  assert.deepEqual(page.complaints, [])
  await Promise.all([page, phone].map((p) => p.context().close()))
})

test('whoever has scrolled up stays there when something comes', async () => {
  const number = '07700 900212'
  const phone = await heard(number, ...Array.from({ length: 12 }, (_, i) => `Line ${i} ` + 'and some more words so that it takes room '.repeat(6)))
  const page = await opened('sam', number, { height: 600 })
  await page.locator('#thread-talk').getByText('Line 11').waitFor()
  const scroll = page.locator('#thread-scroll')
  const top = () => scroll.evaluate((s) => s.scrollHeight - s.clientHeight + s.scrollTop) // from the first text on
  await scroll.evaluate((s) => { s.scrollTop = -400 })
  const before = await top()
  await says(phone, number, 'The newest of all')
  await page.locator('#thread-talk').getByText('The newest of all').waitFor()
  await soon(async () => {
    const now = await top()
    assert.ok(Math.abs(now - before) < 3, `scrolled from ${before} to ${now}`)
  })
  await scroll.evaluate((s) => { s.scrollTop = 0 })
  await says(phone, number, 'And one more')
  await page.locator('#thread-talk').getByText('And one more').waitFor()
  await soon(async () => assert.equal(await scroll.evaluate((s) => Math.round(s.scrollTop)), 0)) // at the end
  await Promise.all([page, phone].map((p) => p.context().close()))
})

test('two colleagues see each other, and the second is asked before they reply as well', async () => {
  const number = '07700 900213'
  const phone = await heardBy('kim', number, 'When does it start?')
  const sam = await opened('sam', number)
  const kim = await visit(desk)
  await signIn(desk, kim, 'kim')
  await kim.goto(sam.url())
  await kim.getByLabel('Reply to ' + number).fill('At nine')
  await sam.getByText('is replying').waitFor()
  await inspect(sam, 'a colleague is replying')
  await sam.getByLabel('Reply to ' + number).fill('At half past nine')
  await kim.getByRole('button', { name: 'Send reply' }).click()
  await kim.locator('.bubble-mine', { hasText: 'At nine' }).waitFor()
  await sam.locator('.bubble-mine', { hasText: 'At nine' }).waitFor()
  await sam.getByRole('button', { name: 'Send reply' }).click()
  await sam.getByText('replied while you were writing').waitFor()
  assert.equal(await sam.getByLabel('Reply to ' + number).inputValue(), 'At half past nine')
  await Promise.all([sam, kim, phone].map((p) => p.context().close()))
})

test('without script: take it, note, reply, done, and a text opens it again', async () => {
  const number = '07700 900214'
  const phone = await heard(number, 'Can I bring my dog?')
  const page = await opened('sam', number, { javaScript: false, width: 360, height: 740 })
  assert.equal(await page.locator('.inbox-side').isVisible(), false) // a page of its own
  await page.getByRole('button', { name: 'Take it' }).click()
  await page.getByText('took it').waitFor()
  await page.locator('.modes label').last().click()
  await page.getByLabel('Note for colleagues').last().fill('Small dogs only')
  await page.getByRole('button', { name: 'Add note' }).click()
  await page.getByText('for colleagues only').waitFor()
  await page.getByLabel('Reply to ' + number).fill('A small one, yes')
  await page.getByRole('button', { name: 'Send and mark done' }).click()
  await page.getByText('Sent, and done.').waitFor()
  await page.getByRole('link', { name: 'Back to the list' }).click()
  assert.equal(await page.locator('.inbox-side').isVisible(), true)
  await page.getByRole('link', { name: 'Done', exact: true }).click()
  await page.locator('[data-conv]', { hasText: number }).waitFor()
  await says(phone, number, 'It is very small')
  await page.getByRole('link', { name: 'Mine' }).click()
  await soon(async () => {
    await page.reload()
    assert.equal(await page.locator('[data-conv]', { hasText: 'It is very small' }).count(), 1)
  })
  await Promise.all([page, phone].map((p) => p.context().close()))
})

test('with the keyboard through the list, and every state passes the checks', async () => {
  const numbers = ['07700 900215', '07700 900216']
  for (const number of numbers) await (await heard(number, 'Please stop')).context().close()
  const page = await visit(desk)
  await signIn(desk, page, 'sam')
  await page.goto('/inbox')
  for (const number of numbers) await page.locator('[data-conv]', { hasText: number }).getByText('Please stop').waitFor()
  await page.keyboard.press('/')
  assert.equal(await page.evaluate(() => document.activeElement.name), 'q')
  await page.locator('#inbox-list').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const second = await page.evaluate(() => document.activeElement.getAttribute('href'))
  assert.equal(second, await page.locator('[data-conv]').nth(1).getAttribute('href'))
  await page.keyboard.press('Enter')
  await page.waitForURL('**' + second)
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 800 })
    await page.locator('summary', { hasText: 'More' }).click()
    await inspect(page, 'the menu of a conversation')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.menu-more[open]').count(), 0)
    await page.locator('.modes label').last().click()
    await inspect(page, 'a note')
    await page.locator('.modes label').first().click()
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.locator('summary', { hasText: 'More' }).click()
  await page.getByRole('button', { name: 'Opt out: never text them' }).click()
  await page.getByText('there is no reply').waitFor()
  await inspect(page, 'somebody who has opted out')
  await page.goto('/inbox?folder=opt-outs')
  assert.equal(await page.locator('[data-conv]').count(), 1)
  await page.context().close()
})

// empty waits until a field has nothing in it: what was sent may stand in the
// conversation before the answer to sending it is there.
const empty = (field) => soon(async () => assert.equal(await field.inputValue(), ''))

// kept waits until the desk has what was typed: since just now, or since before the
// page was loaded.
const kept = (page) => page.locator('#kept', { hasText: /Draft (saved|of)/ }).waitFor({ timeout: 60_000 })

test('a half-typed reply survives another conversation, a reload, a lost connection and another computer', async () => {
  const [one, two] = ['07700 900221', '07700 900222']
  for (const number of [one, two]) await (await heard(number, 'When?')).context().close()
  const page = await opened('sam', one)
  const field = page.getByLabel('Reply to ' + one)
  await field.pressSequentially('At nine, ple')
  await page.goto('/inbox') // at once: the desk need not have it yet
  const row = page.locator('[data-conv]', { hasText: one })
  await row.getByText('Draft:').waitFor()
  await row.getByText('At nine, ple').waitFor()
  await row.click()
  await page.getByRole('heading', { level: 1, name: one }).waitFor()
  assert.equal(await field.inputValue(), 'At nine, ple')
  await field.focus()
  await page.keyboard.press('End')
  await field.pressSequentially('ase')
  await page.reload()
  assert.equal(await field.inputValue(), 'At nine, please')
  await kept(page)
  // Another computer of the same person has it, and goes on.
  const other = await opened('sam', one)
  const there = other.getByLabel('Reply to ' + one)
  await soon(async () => assert.equal(await there.inputValue(), 'At nine, please'))
  await there.fill('At nine, please. Use the back door')
  await kept(other)
  await page.waitForFunction((f) => f.value.includes('back door'), await field.elementHandle(), { timeout: 60_000 })
  // Without a connection it stays in the tab.
  await page.context().setOffline(true)
  await field.fill('At half past nine')
  await page.locator('#kept', { hasText: 'not saved' }).waitFor({ timeout: 60_000 })
  await page.context().setOffline(false)
  await page.reload()
  assert.equal(await field.inputValue(), 'At half past nine')
  await kept(page)
  // Sent, it is gone everywhere, and does not come back.
  await page.getByRole('button', { name: 'Send reply' }).click()
  await page.locator('.bubble-mine', { hasText: 'At half past nine' }).waitFor()
  await empty(field)
  await page.reload()
  assert.equal(await field.inputValue(), '')
  await page.goto('/inbox')
  await row.waitFor()
  assert.equal(await row.getByText('Draft:').count(), 0)
  assert.deepEqual(page.complaints, [])
  await Promise.all([page, other].map((p) => p.context().close()))
})

test('a half-typed note is kept, and a draft that was emptied is not', async () => {
  const number = '07700 900223'
  await (await heard(number, 'When?')).context().close()
  const page = await opened('sam', number)
  const reply = page.getByLabel('Reply to ' + number)
  await reply.fill('Hm')
  await kept(page)
  await reply.fill('')
  await kept(page)
  await page.locator('.modes label').last().click()
  await page.getByLabel('Note for colleagues').last().fill('She rang at ')
  await page.reload()
  assert.equal(await page.getByLabel('Note for colleagues').last().inputValue(), 'She rang at ')
  assert.equal(await page.locator('#mode-note').isChecked(), true)
  assert.equal(await reply.inputValue(), '')
  await page.getByLabel('Note for colleagues').last().fill('She rang at ten')
  await page.getByRole('button', { name: 'Add note' }).click()
  await page.locator('.thread-note', { hasText: 'She rang at ten' }).waitFor()
  await empty(page.locator('.note-body textarea'))
  await page.reload()
  assert.equal(await page.locator('.note-body textarea').inputValue(), '')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})
