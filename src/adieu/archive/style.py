"""The one stylesheet of an archive's pages: one column, system type, light and dark, and paper. Well below 20 kB."""

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#565e68;--line:#d5d9de;--ground:#fff;--card:#f5f6f8;--accent:#124e96}
@media (prefers-color-scheme:dark){:root{--ink:#e9ecef;--soft:#aab2bb;--line:#3c434b;--ground:#15181b;--card:#1f2327;
--accent:#9cc4ff}}
*{box-sizing:border-box}
html{font:1.0625rem/1.6 system-ui,-apple-system,"Apple SD Gothic Neo","Noto Sans KR","Noto Sans CJK KR","Malgun Gothic",
sans-serif;-webkit-text-size-adjust:100%}
html:lang(ko){line-height:1.7;word-break:keep-all}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
header,main,footer{max-width:42rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
footer{padding-bottom:4rem;color:var(--soft)}
.top{display:flex;justify-content:space-between;align-items:center;gap:1rem;color:var(--soft)}
.top p{margin:0}
.top a,.files a,.inside a{display:inline-block;padding:.5rem 0;min-height:2.75rem;min-width:2.75rem}
h1{font-size:2rem;line-height:1.25;margin:1.5rem 0 .5rem}
h2{font-size:1.375rem;line-height:1.35;margin:3rem 0 .5rem;padding-top:1.5rem;border-top:1px solid var(--line)}
footer h2{color:var(--ink)}
h3{font-size:1.0625rem;margin:2rem 0 .25rem}
p{margin:.5rem 0}
a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.soft{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:1.5rem 0}
dt{color:var(--soft)}
dd{margin:0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:start;vertical-align:top;padding:.5rem 1rem .5rem 0;border-bottom:1px solid var(--line);font-weight:400}
th:last-child,td:last-child{padding-inline-end:0}
thead th{color:var(--soft);font-size:.9375rem}
td{white-space:pre-line}
.n{text-align:end;white-space:nowrap}
.inside td,.inside th{padding-block:0;vertical-align:middle}
.inside thead th{padding-block:.5rem}
.inside td a+a{margin-inline-start:1rem}
.wide{overflow-x:auto;margin:1rem 0}
.wide th,.wide td{overflow-wrap:break-word}
.record{margin:1rem 0 1.5rem;background:var(--card);border-radius:8px;border-collapse:separate;border-spacing:0;padding:.25rem
1rem}
.record caption{text-align:start;color:var(--soft);font-size:.9375rem;padding:.25rem 0}
.record th{width:38%;color:var(--soft);overflow-wrap:break-word}
.record tr:last-child>*{border-bottom:0}
.files{display:flex;flex-wrap:wrap;gap:0 1.5rem}
@media (max-width:36rem){.inside th:last-child,.inside td:last-child{display:none}.inside .n{padding-inline-end:0}}
@media (max-width:24rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.record th{width:42%}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--line:#999;--ground:#fff;--card:#fff;--accent:#000}
html{font-size:10pt}header,main,footer{max-width:none;padding:0}.top a,.files,.inside td:last-child,.inside th:last-child{
display:none}.inside .n{padding-inline-end:0}
h2,h3,caption{break-after:avoid}.record{border:1px solid var(--line);border-radius:0}.record,tr{
break-inside:avoid}.wide{overflow:visible}thead{display:table-header-group}}
@page{margin:18mm 16mm}
"""
