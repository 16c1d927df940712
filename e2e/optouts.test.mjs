// An administrator writes a keyword and the office hours, tries a text, and a
// phone of the simulator asks, opts out and comes back. With JavaScript and
// without.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam')
  desk.run(['provider', 'default', 'Simulator'])
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// until loads the page anew until the text stands on it.
async function until(page, text) {
  for (let i = 0; i < 120; i++) {
    if (await page.getByText(text).first().isVisible()) return
    await page.waitForTimeout(500)
    await page.reload()
  }
  throw new Error(`never saw ${text}`)
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'
  const number = javaScript ? '447700900123' : '447700900124'
  const word = javaScript ? 'Hours' : 'Menu'
  test(`a keyword is written, tried and answered, and a phone opts out and in, ${how}`, async () => {
    const page = await visit(desk, { javaScript })
    await signIn(desk, page, 'sam')
    await page.goto('/replies/keywords/new')
    await page.getByLabel('Word', { exact: true }).fill('stop')
    await page.getByLabel('Answer', { exact: true }).fill('We are open from nine to five.')
    await page.getByRole('button', { name: 'Save the keyword' }).click()
    await page.getByText('stop is an opt-out word').first().waitFor()
    if (javaScript) await inspect(page, `a keyword that is refused, ${how}`)
    await page.getByLabel('Word', { exact: true }).fill(word)
    await page.getByLabel('also when the text begins with it').check()
    await page.getByRole('button', { name: 'Save the keyword' }).click()
    await page.getByText('The keyword is saved.').waitFor()

    await page.goto('/replies')
    await page.getByLabel('If somebody sends this').fill(`${word.toUpperCase()} please`)
    await page.getByRole('button', { name: 'See what would happen' }).click()
    await page.getByText(`It is the keyword ${word}`).waitFor()
    await page.getByText('We are open from nine to five.').waitFor()
    if (javaScript) await inspect(page, `a text that was tried, ${how}`)

    await page.goto('/simulator/' + number)
    await page.getByLabel(/^Reply from/).fill(word.toLowerCase())
    await page.getByRole('button', { name: /^Send the reply/ }).click()
    await until(page, 'automatic reply')
    await page.getByText('We are open from nine to five.').first().waitFor()
    await page.getByRole('button', { name: /^Opt out: send STOP/ }).click()
    await until(page, 'Must not be texted')
    await until(page, 'You will get no more texts')
    if (javaScript) await inspect(page, `a phone that opted out, ${how}`)
    await page.getByRole('button', { name: /^Opt in: send START/ }).click()
    await until(page, 'You will get texts from')
    await page.getByRole('button', { name: /^Opt out: send STOP/ }).waitFor()

    // A text that only looks like it is for a person, with one click.
    await page.getByLabel(/^Reply from/).fill('Stop. Thank you')
    await page.getByRole('button', { name: /^Send the reply/ }).click()
    await page.getByText('Stop. Thank you').waitFor()
    await page.goto('/inbox')
    await page.locator('[data-conv]').first().click()
    await until(page, 'This may ask for no more texts')
    await page.getByRole('button', { name: 'Opt out', exact: true }).first().click()
    await page.getByText('Nobody here may text').waitFor()
    await page.goto('/suppressions')
    await page.getByText('Wrote “Stop. Thank you”').first().waitFor()
    if (javaScript) assert.deepEqual(page.complaints, [])
  })
}
