import { html, type Markup } from './html.ts'

const STYLE = `
:root { color-scheme: light dark; --page:#f6f8fa; --card:#fff; --text:#1a1f36; --soft:#4f566b; --line:#d8dee6;
  --accent:#4b45c6; --on-accent:#fff; --bad:#b3093c; --bad-soft:#fdeef1; --good:#0b6b3a; --note:#fff4d6; --on-note:#5b4300; }
@media (prefers-color-scheme: dark) { :root { --page:#12141c; --card:#1b1e2a; --text:#eceef5; --soft:#b1b7ca; --line:#363b4d;
  --accent:#a5a0ff; --on-accent:#14122e; --bad:#ff9db3; --bad-soft:#3a1a24; --good:#7fdcaa; --note:#3a2f0d; --on-note:#ffe2a0; } }
* { box-sizing: border-box }
body { margin:0; background:var(--page); color:var(--text); font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif }
.notice { background:var(--note); color:var(--on-note); text-align:center; padding:.5rem 1rem; font-size:.875rem; font-weight:600 }
main { max-width:60rem; margin:0 auto; padding:1.25rem 1rem 3rem }
main.narrow { max-width:34rem }
.card > :first-child { margin-top:0 } .card > :last-child { margin-bottom:0 } h1 { font-size:1.5rem; line-height:1.25; margin:.25rem 0 1rem } h2 { font-size:1.0625rem; margin:0 0 .75rem }
.card { background:var(--card); border:1px solid var(--line); border-radius:.75rem; padding:1.25rem; margin:0 0 1.25rem }
.soft { color:var(--soft) } .small { font-size:.875rem } .bad { color:var(--bad) } .good { color:var(--good) }
.two { display:grid; gap:1.25rem } @media (min-width:52rem) { .two { grid-template-columns:1fr 1fr; align-items:start; gap:2rem } }
.lines { list-style:none; margin:0; padding:0 } .lines li { display:flex; justify-content:space-between; gap:1rem; padding:.5rem 0 }
.lines .total { border-top:1px solid var(--line); margin-top:.5rem; padding-top:.9rem; font-weight:650; font-size:1.125rem }
.lines span:last-child { text-align:right; font-variant-numeric:tabular-nums }
label, legend { display:block; font-weight:600; font-size:.9375rem; margin:0 0 .3rem; padding:0 }
input, select { width:100%; font:inherit; color:inherit; background:var(--card); border:1px solid var(--soft); border-radius:.5rem;
  padding:.65rem .75rem; min-height:2.75rem }
input[aria-invalid=true] { border-color:var(--bad); border-width:2px }
.field { margin:0 0 1rem } .row { display:grid; grid-template-columns:1fr 1fr; gap:.75rem }
.error { color:var(--bad); font-size:.9375rem; margin:.35rem 0 0; font-weight:600 }
.alert { background:var(--bad-soft); color:var(--bad); border-radius:.5rem; padding:.75rem 1rem; margin:0 0 1rem; font-weight:600 }
button, .button { font:inherit; font-weight:650; border-radius:.5rem; border:1px solid var(--accent); background:var(--accent);
  color:var(--on-accent); padding:.7rem 1rem; min-height:2.75rem; cursor:pointer; text-decoration:none; display:inline-block; text-align:center }
button.wide, .button.wide { width:100% } button.plain, .button.plain { background:transparent; color:var(--accent) }
button.chip { font-size:.875rem; font-weight:550; padding:.4rem .75rem; min-height:2.25rem; border-radius:2rem; background:transparent;
  color:var(--text); border-color:var(--line) } button.chip[aria-pressed=true] { border-color:var(--accent); color:var(--accent) }
fieldset { border:0; margin:0 0 1rem; padding:0; min-width:0 }
.chips { display:flex; flex-wrap:wrap; gap:.5rem; margin:0 0 1.25rem } .chips legend { margin-bottom:.5rem }
a { color:var(--accent) } :focus-visible { outline:3px solid var(--accent); outline-offset:2px }
.scroll { overflow-x:auto } table { border-collapse:collapse; width:100%; font-size:.875rem } th, td { text-align:left; padding:.4rem .75rem .4rem 0;
  border-bottom:1px solid var(--line); white-space:nowrap } pre { font-size:.8125rem; margin:0 } .hidden { position:absolute;
  width:1px; height:1px; overflow:hidden; clip-path:inset(50%); padding:0; min-height:0; border:0 }
.actions { display:flex; flex-wrap:wrap; gap:.75rem; align-items:end } .actions form { display:flex; flex-wrap:wrap; gap:.5rem; align-items:end }
.choice { display:flex; gap:.6rem; align-items:center; font-weight:400; overflow-wrap:anywhere } .choice input { width:1.25rem; min-height:1.25rem; flex:none }
.actions input { width:9rem } .actions form > div { max-width:12rem }
`

export function page(
  title: string,
  content: Markup,
  options: { narrow?: boolean; script?: Markup } = {},
): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header class="notice">Sandbox: the money here is simulated. Never enter a real card.</header>
        <main ${options.narrow ? { markup: 'class="narrow"' } : ''}>${content}</main>
        ${options.script}
      </body>
    </html>`.markup
}
