/** What stands where: the head of each page, cards, columns, and the narrow screen. */
export const layout = `
.top { background: var(--card); border-bottom: 1px solid var(--line); }
.bar, main, footer { width: 100%; max-width: 76rem; margin: 0 auto; padding-left: 1.25rem; padding-right: 1.25rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.75rem; padding-top: .6rem; padding-bottom: .6rem; }
.brand { display: flex; align-items: baseline; gap: .6rem; color: inherit; text-decoration: none; min-width: 0; }
.product { font-weight: 700; letter-spacing: -.01em; color: var(--accent); }
.company { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 18rem; }
.bar nav { flex: 1 1 auto; }
.bar nav ul { display: flex; flex-wrap: wrap; gap: .1rem .25rem; margin: 0; padding: 0; list-style: none; }
.bar nav a { display: block; padding: .35rem .65rem; border-radius: 8px; color: var(--ink); text-decoration: none; }
.bar nav a:hover { background: var(--raised); }
.bar nav a[aria-current] { background: var(--accent-ground); color: var(--accent); font-weight: 600; }
.who { color: var(--soft); font-size: .9rem; }
main { padding-top: 1.75rem; padding-bottom: 1rem; }
footer { padding-top: 1rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .875rem; }
footer p { max-width: none; margin: 0; padding-top: 1rem; border-top: 1px solid var(--line); }
.lead { color: var(--soft); margin-bottom: 1.25rem; }
.card {
  margin: 0 0 1.25rem;
  padding: 1.25rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 12px;
  box-shadow: var(--shadow);
}
.card > :last-child { margin-bottom: 0; }
.card.narrow { max-width: 34rem; margin: 12vh auto 0; }
.card.narrow form.row { margin: 1.25rem 0; }
.card.narrow ul { padding-left: 1.25rem; }
.card.login { max-width: 22rem; }
.card-head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1rem; margin-bottom: .75rem; }
.card-head > * { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; align-items: start; margin-bottom: 1.25rem; }
.columns > .card, .columns > div > :last-child { margin: 0; }
.stack { display: grid; gap: .6rem; justify-items: start; }
.stack input:not([type=checkbox], [type=radio]), .stack select { width: 100%; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; }
.row.end { align-items: end; }
.field { display: grid; gap: .25rem; }
.field label { font-size: .875rem; color: var(--soft); }
.check { display: flex; align-items: baseline; gap: .55rem; }
.check input { flex: none; transform: translateY(.15rem); }
.check label { font-weight: 450; }
.say { max-width: none; margin: 0 0 1.25rem; padding: .7rem 1rem; border: 1px solid; border-radius: 10px; white-space: pre-line; }
.say.done { background: var(--good-ground); border-color: var(--good-line); color: var(--good); }
.say.refused { background: var(--bad-ground); border-color: var(--bad-line); color: var(--bad); }
.say.note { background: var(--warn-ground); border-color: var(--warn-line); color: var(--warn); }
@media screen and (max-width: 48rem) {
  button, .button, button.small, .button.small, input:not([type=checkbox], [type=radio]), select { min-height: 2.6rem; }
  .button { display: inline-flex; align-items: center; }
  .bar nav a { padding-top: .5rem; padding-bottom: .5rem; }
  summary { padding: .35rem 0; }
}
@media screen and (max-width: 40rem) {
  .bar, main, footer { padding-left: .9rem; padding-right: .9rem; }
  .bar nav { order: 3; flex-basis: 100%; margin: 0 -.65rem; }
  main { padding-top: 1.1rem; }
  h1 { font-size: 1.4rem; }
  .card { padding: 1rem .9rem; border-radius: 10px; }
}
`;
