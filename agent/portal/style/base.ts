/** Colours, type and plain elements. Every pair of text and ground keeps a contrast of 4.5 or more, light and dark. */
export const base = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f4;
  --card: #ffffff;
  --raised: #eef1ee;
  --ink: #1b2320;
  --soft: #56625c;
  --line: #dce2dd;
  --edge: #84918a;
  --accent: #0a5f51;
  --accent-ground: #e2f1ed;
  --on-accent: #ffffff;
  --bad: #a1231b;
  --bad-ground: #fdecea;
  --bad-line: #eab8b3;
  --warn: #7a4a00;
  --warn-ground: #fdf2dc;
  --warn-line: #e8cf98;
  --good: #1d6637;
  --good-ground: #e6f4e9;
  --good-line: #b7dcc0;
  --battery: #0d7564;
  --warranty: #4a78c4;
  --plan: #b07a12;
  --shadow: 0 1px 2px rgb(20 30 25 / 6%), 0 2px 8px rgb(20 30 25 / 4%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111614;
    --card: #191f1c;
    --raised: #222a26;
    --ink: #e5ebe7;
    --soft: #a0ada6;
    --line: #2d3732;
    --edge: #72817a;
    --accent: #63cdb5;
    --accent-ground: #17332c;
    --on-accent: #08231d;
    --bad: #ff9d94;
    --bad-ground: #3a1b19;
    --bad-line: #6d322d;
    --warn: #f0c46a;
    --warn-ground: #352a12;
    --warn-line: #624f21;
    --good: #86d79c;
    --good-ground: #16301f;
    --good-line: #2d5a3b;
    --battery: #37a891;
    --warranty: #7ba4e8;
    --plan: #d9a441;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { margin: 0 0 .25rem; font-size: 1.65rem; font-weight: 650; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; font-weight: 650; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; font-weight: 650; }
p { margin: 0 0 .75rem; max-width: 70ch; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
figure { margin: 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.25rem 0; }
code, kbd, pre, .code { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .925em; }
pre { margin: 0; padding: 1rem; overflow-x: auto; background: var(--raised); border-radius: 8px; white-space: pre-wrap; }
button, input, select, textarea { font: inherit; color: inherit; }
button, .button {
  display: inline-block;
  padding: .45rem .9rem;
  border: 1px solid var(--accent);
  border-radius: 8px;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
  line-height: 1.35;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet, .button.quiet { background: transparent; color: var(--accent); border-color: var(--edge); }
button.quiet:hover, .button.quiet:hover { background: var(--accent-ground); filter: none; }
button.danger { background: transparent; border-color: var(--bad); color: var(--bad); }
button.danger:hover { background: var(--bad-ground); filter: none; }
button.small, .button.small { padding: .2rem .6rem; font-size: .9rem; }
input:not([type=checkbox], [type=radio]), select { min-height: 2.35rem; }
input, select, textarea {
  max-width: 100%;
  padding: .4rem .6rem;
  border: 1px solid var(--edge);
  border-radius: 8px;
  background: var(--card);
}
input[type=checkbox], input[type=radio] { accent-color: var(--accent); width: 1.05rem; height: 1.05rem; margin: 0; }
label { font-weight: 550; }
.skip { position: absolute; left: -999rem; top: 0; padding: .5rem 1rem; background: var(--card); z-index: 2; }
.skip:focus { left: .5rem; top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft { color: var(--soft); }
.small { font-size: .9rem; }
.nowrap { white-space: nowrap; }
`;
