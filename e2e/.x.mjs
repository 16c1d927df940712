import { startDesk, signIn, visit, closeBrowser } from './desk.mjs'
const d = await startDesk({ args: ['--demo', '--demo-size', '300', '--dev'] })
const out = '/tmp/shots/numbers'
try {
  for (const s of [{ width: 1440, height: 900, dark: false }, { width: 360, height: 740, dark: true }]) {
    const p = await visit(d, s)
    await signIn(d, p, 'sam', 'textdesk demo')
    for (const [n, path] of [['list', '/numbers'], ['new', '/numbers/new'], ['one', '/numbers/1'], ['given', '/numbers/1?show=given-up'], ['edit', '/numbers/1/edit'], ['fwd', '/numbers/1/forwards/3'], ['remove', '/numbers/1/remove'], ['plain', '/numbers/2']]) {
      await p.goto(path)
      await p.screenshot({ path: `${out}/${n}-${s.width}.png`, fullPage: true })
    }
  }
} finally { await closeBrowser(); await d.stop() }
