/** How the page looks: light and dark, wide and narrow, on paper. Its hash stands in the page's policy, so no other style
 *  and no script can run there. */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1d1c1a; --soft: #6a665e; --line: #e5e1d8; --track: #ece8df;
  --passed: #18794e; --failed: #c0392b; --timeout: #a86008; --error: #6f6b66;
  --hue0: #3056c8; --hue1: #8e3bb4; --hue2: #0b7f86; --hue3: #a9521a; --hue4: #54701c; --hue5: #ad2d5f; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #131314; --card: #1b1b1d; --ink: #eceae5; --soft: #a19c92; --line: #2e2d2f; --track: #2a292b;
  --passed: #4cc38a; --failed: #f2836f; --timeout: #e0a645; --error: #9c978f;
  --hue0: #8aa8ff; --hue1: #cf91ec; --hue2: #4fc4c9; --hue3: #ee9d63; --hue4: #a9c765; --hue5: #f286b1; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3.5rem; }
h1 { margin: .4rem 0 .6rem; max-width: 26em; font-size: clamp(1.7rem, 4.2vw, 2.6rem); line-height: 1.16; font-weight: 680;
  letter-spacing: -.022em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 3.4rem 0 1rem; font-size: 1.25rem; font-weight: 660; letter-spacing: -.01em; }
h3 { margin: 0 0 .35rem; font-size: 1rem; font-weight: 640; overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 46em; }
header > p { max-width: none; }
.brand { color: var(--soft); font-size: .8rem; font-weight: 600; letter-spacing: .09em; text-transform: uppercase; }
.soft { color: var(--soft); }
.small { font-size: .85rem; }
.caveat { margin-top: 1.6rem; padding: .9rem 1.15rem; max-width: 52rem; border-left: 3px solid var(--timeout); border-radius: 0 .5rem .5rem 0;
  background: var(--card); font-size: .94rem; }
.caveat p { margin: 0; max-width: none; }
.caveat ul { margin: .6rem 0 0; padding-left: 1.1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
.card { padding: 1.25rem 1.35rem 1.3rem; border: 1px solid var(--line); border-radius: .9rem; background: var(--card); }
.share { display: flex; align-items: baseline; gap: .6rem; margin: .5rem 0 .5rem; }
.share b { font-size: 2.6rem; line-height: 1; font-weight: 680; letter-spacing: -.03em; }
.name { display: flex; align-items: center; gap: .55rem; }
.dot { flex: none; width: .7rem; height: .7rem; border-radius: 50%; background: currentColor; }
.hue0 { color: var(--hue0); } .hue1 { color: var(--hue1); } .hue2 { color: var(--hue2); }
.hue3 { color: var(--hue3); } .hue4 { color: var(--hue4); } .hue5 { color: var(--hue5); }
svg.plot { display: block; width: 100%; height: 1.1rem; overflow: visible; }
svg.plot .track { fill: var(--track); } svg.plot .axis { fill: var(--soft); opacity: .55; }
svg.plot .range { fill: currentColor; opacity: .3; } svg.plot .value { fill: currentColor; }
svg.stack { display: block; width: 100%; height: .75rem; border-radius: .4rem; overflow: hidden; background: var(--track); }
svg.stack .fresh, .key.fresh { fill: var(--hue0); color: var(--hue0); } svg.stack .read, .key.read { fill: var(--hue2); color: var(--hue2); }
svg.stack .write, .key.write { fill: var(--hue3); color: var(--hue3); } svg.stack .output, .key.output { fill: var(--hue1); color: var(--hue1); }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .28rem 1rem; margin: 1rem 0 0; font-size: .92rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; text-align: right; }
.pair { padding: 1.2rem 0; border-top: 1px solid var(--line); display: grid; gap: .3rem 2rem; grid-template-columns: minmax(0, 1fr) minmax(0, 1.5fr); }
.pair:last-child { border-bottom: 1px solid var(--line); }
.pair p { margin: 0 0 .45rem; }
.scale { display: grid; grid-auto-columns: minmax(0, 1fr); grid-auto-flow: column; gap: .5rem; font-size: .78rem; color: var(--soft); overflow-wrap: anywhere; }
.scale :nth-child(2):not(:last-child) { text-align: center; } .scale :last-child { text-align: right; }
.scroll { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: .9rem; background: var(--card); }
.scroll:focus-visible { outline: 2px solid var(--hue0); outline-offset: 2px; }
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: .92rem; }
th, td { padding: .6rem .9rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); vertical-align: top; }
thead td { border-top: 0; }
thead th { border-top: 0; color: var(--soft); font-weight: 560; font-size: .84rem; vertical-align: bottom; }
th[scope=row], th:first-child { text-align: left; position: sticky; left: 0; background: var(--card); font-weight: 560; }
th[scope=row] { white-space: normal; min-width: 11rem; max-width: 22rem; overflow-wrap: anywhere; }
td.cell, th.cell { text-align: left; }
.marks { display: inline-flex; gap: .22rem; margin-right: .3rem; vertical-align: -.18em; }
.mark { width: 1.15rem; height: 1.15rem; }
.passed { color: var(--passed); } .failed { color: var(--failed); } .timeout { color: var(--timeout); } .error { color: var(--error); }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.3rem; margin: .8rem 0 0; padding: 0; list-style: none; font-size: .85rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: .4rem; }
.legend .mark { width: 1rem; height: 1rem; }
.key { width: .8rem; height: .8rem; border-radius: .2rem; background: currentColor; }
.wide { min-width: 11rem; width: 34%; vertical-align: middle; }
.reading { display: grid; gap: .9rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); margin: 0; font-size: .94rem; }
.reading dt { display: inline; font-weight: 640; } .reading dd { display: inline; margin: 0; }
.made { display: grid; grid-template-columns: minmax(7rem, auto) minmax(0, 1fr); gap: .45rem 1.4rem; margin: 0; font-size: .9rem; }
.made dt { color: var(--soft); } .made dd { margin: 0; overflow-wrap: anywhere; }
code { font: .86em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
footer { margin-top: 4rem; padding-top: 1.2rem; padding-bottom: 3rem; color: var(--soft); font-size: .85rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 44rem) { main, header, footer { padding-left: 1.05rem; padding-right: 1.05rem; } header { padding-top: 2rem; }
  h2 { margin-top: 2.6rem; } .pair { grid-template-columns: minmax(0, 1fr); gap: .8rem; } .made { grid-template-columns: minmax(0, 1fr); gap: .1rem; }
  .made dd { margin-bottom: .6rem; } td.cell .small { display: block; } th, td { padding: .55rem .7rem; } th[scope=row] { min-width: 7rem; max-width: 9.5rem; } }
@media print { body { background: #fff; } .card, .scroll, .caveat { break-inside: avoid; } h2 { break-after: avoid; } }
`;
