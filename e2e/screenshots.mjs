// Makes the pictures in the README from the demonstration.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { closeBrowser, signIn, startDesk, visit } from './desk.mjs'

const to = resolve(import.meta.dirname, '..', 'docs', 'images')
mkdirSync(to, { recursive: true })
const desk = await startDesk({ args: ['--demo'] })
try {
  const light = await visit(desk, { width: 1280, height: 860 })
  await signIn(desk, light, 'sam', 'textdesk demo')
  await light.goto('/outbox')
  await light.screenshot({ path: `${to}/outbox-light.png` })
  await light.goto('/send')
  await light.getByLabel('To', { exact: true }).fill('07700 900123\n07700 900456\n+44 (0)7700 900789')
  await light.getByLabel('Message', { exact: true }).fill('School is closed tomorrow because of the snow. Please keep your children at home; we write again by noon.')
  await light.waitForTimeout(1500)
  await light.screenshot({ path: `${to}/send-light.png` })
  const dark = await visit(desk, { width: 1280, height: 860, dark: true })
  await signIn(desk, dark, 'sam', 'textdesk demo')
  await dark.goto('/outbox?state=delivered')
  await dark.goto(await dark.locator('main table a[href*="/messages/"]').first().getAttribute('href'))
  await dark.screenshot({ path: `${to}/message-dark.png` })
  await dark.goto('/simulator/+447700900123')
  await dark.screenshot({ path: `${to}/simulator-dark.png` })
} finally {
  await closeBrowser()
  await desk.stop()
}
