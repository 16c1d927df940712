// Every page of a full desk and of an empty one, at both widths, in both
// themes: axe finds nothing, nothing scrolls sideways, the console is silent.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'
import { inspectBoth as inspect } from './axe.mjs'

const shapes = [{ width: 360, height: 740, dark: true }, { width: 1440, height: 900, dark: false }]
// A line for each room of the desk. PAGES=/contacts looks at those that begin so,
// PAGES==/ at the one that is so.
const paths = [
  '/',
  '/send', '/send?when=repeat', '/send?group=1&list=1', '/send/review/1',
  '/outbox/sends', '/outbox/sends?state=planned', '/outbox/sends?state=attention', '/outbox/sends?q=nobody-wrote-this',
  '/outbox', '/outbox?state=failed', '/outbox?q=nobody-wrote-this',
  '/batches/1001', '/batches/1001/stop', '/batches/1002',
  '/recurring', '/recurring/1', '/recurring/2/edit', '/recurring/1/skip', '/recurring/1/end', '/recurring/3',
  '/in-doubt',
  '/reports/messages', '/reports/messages?period=last-month', '/reports/messages?from=nonsense', '/reports/messages?q=nobody', '/reports/failed', '/reports/usage', '/reports/inbound', '/reports/outbox', '/reports/messages/email?state=failed',
  '/inbox', '/inbox?folder=mine', '/inbox?folder=unassigned', '/inbox?folder=done', '/inbox?folder=opt-outs', '/inbox?q=receipt', '/inbox?q=nobody-wrote-this', '/inbox/1', '/inbox/3', '/inbox/4?folder=done',
  '/simulator', '/simulator/+447700900123', '/simulator/+447700900144',
  '/developers', '/developers/feedzon', '/developers/tokens/1', '/developers/tokens/2',
  '/account',
  '/credits', '/credits?kind=spent',
  '/users', '/users?state=archived', '/users?q=nobody-like-this', '/users/new', '/users/many', '/users/1', '/users/5', '/users/5/edit', '/users/6/permissions',
  '/users/5/move', '/users/6/link', '/users/6/suspend', '/users/6/archive', '/users/2/credits', '/audit', '/audit?kind=user', '/account/second-factor', '/settings/sign-in',
  '/contacts', '/contacts?q=smith&group=1&sort=newest', '/contacts?q=nobody-like-this', '/contacts/new', '/contacts/1', '/contacts/1/delete', '/contacts/duplicates', '/contacts/duplicates?by=name', '/contacts/merge?keep=1&with=2', '/contacts/delete-all',
  '/imports', '/imports/1', '/imports/1?result=failed', '/imports/1/undo', '/imports/2', '/imports/2?step=file', '/imports/2?step=columns',
  '/groups', '/groups/1', '/groups/1?add=an', '/groups/1/rename', '/groups/1/empty', '/groups/1/delete',
  '/lists', '/lists/1', '/lists/1/entries/1', '/lists/1/columns', '/lists/1/delete',
  '/suppressions/file', '/suppressions', '/suppressions/remove?number=447700900999',
  '/templates', '/templates?q=nothing-like-it', '/templates/new', '/templates/1', '/templates/1/delete',
  '/numbers', '/numbers/new', '/numbers/1', '/numbers/1?show=given-up', '/numbers/1?show=waiting', '/numbers/1/edit', '/numbers/1/remove', '/numbers/1/forwards/3', '/numbers/1/forwards/6', '/numbers/2',
  '/providers', '/providers/new', '/providers/Simulator/edit', '/providers/Simulator/pause',
  '/providers/callbacks', '/providers/callbacks?provider=Simulator', '/providers/callbacks/2', '/providers/callbacks/6',
  '/settings', '/settings/organisation', '/settings/branding', '/settings/quiet-hours', '/settings/guard', '/settings/mail', '/settings/retention', '/privacy', '/privacy?number=07700900999', '/privacy/erase?number=07700900999',
  '/replies', '/replies?text=please+stop+texting&at_date=2026-12-25&at_time=12:00', '/replies?text=', '/replies/opt-outs', '/replies/keywords', '/replies/keywords/new', '/replies/keywords/3', '/replies/keywords/3/delete', '/replies/hours',
  '/system',
  '/help', '/help/user/sending', '/help/admin/backups', '/help/admin/proxy',
  '/approvals',
  '/setup/organisation', '/setup/provider', '/setup/text',
  '/no-such-page',
].filter((path) => process.env.PAGES?.startsWith('=') ? '=' + path === process.env.PAGES : path.startsWith(process.env.PAGES ?? ''))

let full, empty
before(async () => {
  full = await startDesk({ args: ['--demo', '--demo-size', '3000', '--dev'] })
  empty = await startDesk()
  empty.addUser('sam')
})
after(async () => {
  await closeBrowser()
  await Promise.all([full?.stop(), empty?.stop()])
})

for (const shape of shapes) {
  const name = `${shape.width} px`
  test(`a full desk: ${name}`, async () => {
    const page = await visit(full, shape)
    await page.goto('/sign-in')
    await inspect(page, 'sign-in')
    await signIn(full, page, 'sam', 'textdesk demo')
    for (const path of [...paths, '/_ui']) {
      await open(page, path)
      await inspect(page, path)
    }
    await open(page, '/outbox/sends?state=planned')
    await page.locator('main a[href$="/time"]').first().click()
    await inspect(page, 'another time for a send')
    await open(page, '/approvals')
    await page.locator('main a[href*="/approvals/"]').first().click()
    await inspect(page, 'a send that waits for approval')
    for (const status of ['', 'in_doubt', 'failed', 'scheduled']) {
      await open(page, '/outbox' + (status && '?state=' + status))
      const first = page.locator('main table a[href*="/messages/"]').first()
      await page.goto(await first.getAttribute('href'))
      await inspect(page, `a message, ${status || 'any'}`)
    }
  })
  test(`an empty desk: ${name}`, async () => {
    const page = await visit(empty, shape)
    await signIn(empty, page, 'sam')
    for (const path of paths) {
      await open(page, path)
      await inspect(page, path + ', empty')
    }
  })
}

async function open(page, path) {
  const response = await page.goto(path)
  assert.ok(response.status() < 500, `${path} answers ${response.status()}`)
}
