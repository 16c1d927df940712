// A user from the invitation to the archive: created with a link, who chooses a
// password, sets up a second factor, is acted for, closed out and let go.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { closeBrowser, password, signIn, startDesk, visit } from './desk.mjs'
import { inspect } from './axe.mjs'

let desk
before(async () => {
  desk = await startDesk()
  desk.addUser('sam', 'admin', '--credits', 'unlimited')
})
after(async () => {
  await closeBrowser()
  await desk?.stop()
})

// code is what an app shows for a secret, at a time, as RFC 6238 has it.
function code(secret, at = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const c of secret.replaceAll(' ', '')) bits += alphabet.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const from = mac[19] & 15
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1e6).padStart(6, '0')
}

const shot = async (page, name) => {
  await page.waitForLoadState('load')
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)))
  await inspect(page, name)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name.replaceAll(/\W+/g, '-')}-${page.viewportSize().width}.png`, fullPage: true })
}

for (const shape of [{ width: 1440, height: 900, dark: false }, { width: 360, height: 740, dark: true }]) {
  test(`a user's life at ${shape.width} px`, async () => {
    const name = `jo${shape.width}`
    const boss = await visit(desk, shape)
    await signIn(desk, boss, 'sam')
    await boss.goto('/users/new')
    await boss.getByLabel('Username').fill('x')
    await boss.getByRole('button', { name: 'Check and go on' }).click()
    await shot(boss, 'create a user, refused')
    await boss.getByLabel('Username').fill(name)
    await boss.getByLabel('First name').fill('Jo')
    await boss.getByLabel('Last name').fill('Lee')
    await boss.getByLabel('Credits to start with').fill('50')
    await boss.getByRole('button', { name: 'Check and go on' }).click()
    await shot(boss, 'create a user, the balances')
    await boss.getByRole('button', { name: 'Create Jo Lee' }).click()
    await shot(boss, 'the one-time link')
    const link = await boss.locator('.code code').first().innerText()
    assert.match(link, /\/join\/[a-z0-9-]+$/)

    const jo = await visit(desk, shape)
    await jo.goto(link)
    await jo.getByLabel('Password', { exact: true }).fill('short')
    await jo.getByRole('button', { name: /Save the password/ }).click()
    await shot(jo, 'choose a password, refused')
    await jo.getByLabel('Password', { exact: true }).fill(password)
    await jo.getByLabel('Password again').fill(password)
    await jo.getByRole('button', { name: /Save the password/ }).click()
    await jo.waitForURL((u) => !u.pathname.startsWith('/join'))
    const used = await jo.goto(link)
    assert.equal(used.status(), 404, 'a link works once')

    await jo.goto('/account/second-factor')
    const secret = await jo.locator('.code code').first().innerText()
    await jo.getByLabel('Code', { exact: true }).fill('000000')
    await jo.getByRole('button', { name: 'Switch it on' }).click()
    await shot(jo, 'second factor, refused')
    await jo.getByLabel('Code', { exact: true }).fill(code(secret, Date.now() - 30000))
    await jo.getByRole('button', { name: 'Switch it on' }).click()
    await shot(jo, 'recovery codes')
    const recovery = (await jo.locator('.code code').first().innerText()).split('\n')
    assert.equal(recovery.length, 10)
    await jo.goto('/account')
    await shot(jo, 'account with a second factor')

    const again = await visit(desk, shape)
    const enter = async (typed) => {
      await again.goto('/sign-in')
      await again.getByLabel('Username').fill(name)
      await again.getByLabel('Password').fill(password)
      await again.getByRole('button', { name: 'Sign in' }).click()
      await shot(again, 'the second step')
      await again.getByLabel('Code').fill(typed)
      await again.getByRole('button', { name: 'Go in' }).click()
    }
    const now = code(secret)
    await enter(now)
    await again.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
    await again.context().clearCookies()
    await enter(now)
    assert.match(await again.locator('.error-summary').innerText(), /not the code/, 'a code works once')
    await enter(recovery[3].toUpperCase())
    await again.waitForURL((u) => !u.pathname.startsWith('/sign-in'))

    await boss.goto('/users?q=' + name)
    await boss.locator('main table a').first().click()
    await shot(boss, 'a user')
    const account = boss.url()
    await boss.getByRole('button', { name: 'Act as Jo Lee' }).click()
    await boss.goto('/account')
    assert.match(await boss.locator('.banner-acting').innerText(), /sam, you are acting as Jo Lee/)
    await shot(boss, 'acting as somebody')
    await boss.getByRole('button', { name: 'Stop acting' }).click()
    assert.match(await boss.locator('main').innerText(), /You are yourself again/)

    await boss.goto('/settings/sign-in')
    await boss.getByLabel('What staff read').fill('We are back at two o’clock.')
    await boss.getByRole('button', { name: 'Close the desk' }).click()
    await shot(boss, 'closed, for an administrator')
    const closed = await jo.goto('/send')
    assert.equal(closed.status(), 503)
    await shot(jo, 'closed, for staff')
    await boss.getByRole('button', { name: 'Open the desk again' }).click()

    await boss.goto(account)
    await boss.getByRole('link', { name: 'Archive' }).click()
    await shot(boss, 'archive?')
    await boss.getByRole('button', { name: 'Archive Jo Lee' }).click()
    await shot(boss, 'an archived user')
    await jo.goto('/outbox')
    assert.match(jo.url(), /sign-in/)
  })

  test(`many users at ${shape.width} px`, async () => {
    const boss = await visit(desk, shape)
    await signIn(desk, boss, 'sam')
    await boss.goto('/users/many')
    await boss.getByRole('button', { name: 'Show what would' }).click()
    await shot(boss, 'many users, nothing pasted')
    await boss.getByLabel('Table').fill(`Username\tName\tCredits\tRoom\nann${shape.width}\tAnn Lee\t10\t4\nb d\tBo Dee\t5\t1\nann${shape.width}\tAnn Again\t1\t2`)
    await boss.getByRole('button', { name: 'Show what would' }).click()
    await shot(boss, 'many users, a dry run')
    await boss.getByRole('button', { name: 'Create 1 user' }).click()
    await shot(boss, 'many users, the links')
    assert.match(await boss.locator('.code code').innerText(), /\/join\//)
  })
}
