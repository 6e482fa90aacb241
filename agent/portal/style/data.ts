/** The pages about data: mails, tables, tokens, the way to add a UPS. */
export const data = `
.row.between { justify-content: space-between; }
.stack textarea { width: 100%; }
textarea { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .925em; }
.reply { overflow-wrap: anywhere; }
dd code, .say code { overflow-wrap: anywhere; }
.say code { display: block; font-size: 1rem; }
.say p:last-child { margin: 0; }
@media not screen, (min-width: 48.01rem) {
  table.mails tbody th { width: 46%; }
}
table.short { width: auto; min-width: 18rem; }
h1 + .columns, h1 + .card { margin-top: 1.25rem; }
form.fields, details > .fields { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); align-items: start; }
.fields > .row, .fields > .say, .fields > details, .fields > .check { grid-column: 1 / -1; }
.fields > button { justify-self: start; }
.fields .field input, .fields .field select { width: 100%; }
.wrong { color: var(--bad); }
[aria-invalid=true] { border-color: var(--bad); }
.wide { width: 100%; }
dl.facts.counted { grid-template-columns: max-content 1fr; }
progress { height: .9rem; accent-color: var(--accent); margin: 0 0 1rem; }
`;
