/** Chips, lists of facts, tables, figures. */
export const parts = `
.chip { display: inline-block; padding: .05rem .55rem; border: 1px solid var(--line); border-radius: .8rem; background: var(--raised); color: var(--ink); font-size: .85rem; font-weight: 550; }
.chip.bad { background: var(--bad-ground); border-color: var(--bad-line); color: var(--bad); }
.chip.warn { background: var(--warn-ground); border-color: var(--warn-line); color: var(--warn); }
.chip.good { background: var(--good-ground); border-color: var(--good-line); color: var(--good); }
.chip.large { padding: .25rem .85rem; font-size: .95rem; }
.move { margin: 0 0 1rem; }
.move label { display: block; margin-bottom: .4rem; font-weight: 450; color: var(--soft); }
.move p { margin: 0; }
input.code { text-transform: uppercase; letter-spacing: .06em; }
.field.wide { width: 100%; }
tbody th, td .name, td.words, .date-row .name, .date-row .under, h1, .lead { overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; }
.under { display: block; color: var(--soft); font-size: .875rem; font-weight: 400; }
.source { color: var(--soft); font-size: .85rem; }
.doubt { color: var(--warn); }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.figures a { display: block; min-width: 8.5rem; padding: .7rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 10px; color: inherit; text-decoration: none; }
.figures a:hover { border-color: var(--edge); }
.figures a[aria-current] { outline: 2px solid var(--accent); outline-offset: -1px; }
.figures strong { display: block; font-size: 1.5rem; line-height: 1.2; font-weight: 650; }
.figures span { color: var(--soft); font-size: .9rem; }
.figures .bad { border-left-color: var(--bad); }
.figures .bad strong { color: var(--bad); }
.figures .warn { border-left-color: var(--plan); }
.figures .good { border-left-color: var(--battery); }
dl.facts { display: grid; grid-template-columns: minmax(7.5rem, max-content) 1fr; gap: .45rem 1.25rem; margin: 0 0 1rem; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; min-width: 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .5rem; }
th, td { padding: .6rem .75rem .6rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--soft); font-size: .85rem; font-weight: 550; padding-top: 0; }
tbody th { width: 30%; }
tbody tr:last-child > * { border-bottom: 0; }
td.number, th.number { text-align: right; padding-right: 0; padding-left: .75rem; }
.name { font-weight: 600; }
.filters { display: flex; flex-wrap: wrap; align-items: end; gap: .75rem; margin-bottom: 1rem; }
.filters .field { flex: 0 1 auto; }
.filters .field.grow { flex: 1 1 12rem; }
.filters .grow input { width: 100%; }
.pages { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; margin-top: 1rem; }
.pages p { margin: 0; color: var(--soft); }
.pages ul { display: flex; gap: .4rem; margin: 0; padding: 0; list-style: none; }
.empty { padding: 1.5rem 0; text-align: center; color: var(--soft); max-width: none; }
ul.plain { margin: 0; padding: 0; list-style: none; }
ul.plain > li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
ul.plain > li:last-child { border-bottom: 0; padding-bottom: 0; }
ul.tight { margin: 0; padding: 0; list-style: none; }
.date-row { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.3fr) 21.5rem; gap: .5rem 1.25rem; align-items: center; }
.date-row > .row { justify-content: flex-end; }
ul.reminders { margin: 0 0 1rem; }
ul.reminders > li:first-child { padding-top: 0; }
.reminders form, .reminders p { margin: .4rem 0 0; }
.crumbs { margin: 0 0 .35rem; font-size: .9rem; }
.card > details { padding: .6rem 0; border-top: 1px solid var(--line); }
.card > details[open] { padding-bottom: 1rem; }
.card > details[open] > :last-child { margin-bottom: 0; }
.card > details:last-child { padding-bottom: 0; }
details > summary { cursor: pointer; color: var(--accent); font-weight: 550; width: fit-content; }
details[open] > summary { margin-bottom: .6rem; }
.timeline svg { display: block; width: 100%; height: auto; }
.timeline .tall { display: none; }
.timeline text { fill: var(--soft); font-size: 12px; font-family: inherit; }
.timeline text.count { fill: var(--ink); font-weight: 600; }
.timeline text.over { fill: var(--bad); font-weight: 600; }
.timeline .axis { stroke: var(--line); stroke-width: 1; }
.timeline .past { fill: var(--bad-ground); }
.timeline .battery { fill: var(--battery); }
.timeline .warranty { fill: var(--warranty); }
.timeline .plan { fill: var(--plan); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; font-size: .9rem; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: .7rem; height: .7rem; margin-right: .45rem; border-radius: 3px; background: var(--line); }
.legend .battery::before { background: var(--battery); }
.legend .warranty::before { background: var(--warranty); }
.legend .plan::before { background: var(--plan); }
iframe.mail { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); color-scheme: light dark; }
@media screen and (max-width: 48rem) {
  .timeline .wide { display: none; }
  .timeline .tall { display: block; }
  table.stacking, .stacking tbody, .stacking tr, .stacking td, .stacking th { display: block; width: 100%; }
  .stacking thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacking tr { padding: .8rem 0; border-bottom: 1px solid var(--line); }
  .stacking tbody tr:last-child { border-bottom: 0; }
  .stacking tbody th, .stacking tbody td { width: 100%; padding: .1rem 0; border: 0; text-align: left; }
  .stacking td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .875rem; }
  .stacking td.number { padding-left: 0; }
  .stacking td.none { display: none; }
  .date-row { grid-template-columns: minmax(0, 1fr); }
  .date-row > .row { justify-content: flex-start; }
  .figures a { min-width: 0; padding: .5rem .8rem; }
  .figures li { flex: 1 1 8rem; }
  dl.facts { grid-template-columns: fit-content(45%) 1fr; gap: .4rem .9rem; }
  .filters { display: grid; grid-template-columns: 1fr 1fr; }
  .filters > .grow, .filters > .row { grid-column: 1 / -1; }
  .filters select { width: 100%; }
}
`;
