/** On paper: black on white, no controls, nothing cut in two. */
export const print = `
@media print {
  :root { --ground: #fff; --card: #fff; --raised: #fff; --ink: #000; --soft: #333; --line: #bbb; --shadow: none; }
  @page { margin: 16mm 14mm; }
  body { font-size: 10.5pt; }
  .bar nav, .leave, .who, .skip, form, button, .button, .pages ul, .filters, .no-print { display: none !important; }
  .top { border: 0; }
  .bar, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .card { border: 0; padding: 0; break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
  tr, li, dl { break-inside: avoid; }
  thead { display: table-header-group; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
