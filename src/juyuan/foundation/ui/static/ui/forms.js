/* 聚源 · forms.js:金额框内即时换算(万元 = 亿元);选了「不便透露/待定」就锁住数字框。
   换算只供看,提交的仍是框里的字,由服务器按严格写法读。 */
(function () {
  'use strict';
  var FACTOR = { '元': 1n, '万元': 10000n, '亿元': 100000000n, '万': 10000n, '亿': 100000000n };
  /* 与服务器同一写法:三位一撇、可带单位;读不准就不换算,不猜 */
  var SHAPE = /^([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.([0-9]{1,8}))?(亿元|亿|万元|万|元)?$/;

  function yuan(text, unit) {
    var m = SHAPE.exec(text.normalize('NFKC').replace(/\s+/g, ''));
    if (!m) { return null; }
    var rest = (m[2] || '');
    var scale = 10n ** BigInt(rest.length);
    var total = BigInt(m[1].replace(/,/g, '') + rest) * FACTOR[m[3] || unit];
    return total % scale === 0n ? total / scale : null;
  }
  function comma(whole) { return whole.toString().replace(/\B(?=([0-9]{3})+$)/g, ','); }
  function show(total, factor, places) {
    var step = 10n ** BigInt(places);
    var rounded = (total * step * 2n + factor) / (factor * 2n);
    var rest = (rounded % step).toString().padStart(places, '0');
    return comma(rounded / step) + '.' + rest;
  }
  function convert(input) {
    var out = input.parentNode.querySelector('[data-conv]');
    if (!out) { return; }
    var unit = input.dataset.money;
    var total = input.value.trim() ? yuan(input.value, unit) : null;
    if (total === null) { out.textContent = ''; return; }
    if (unit === '亿元') { out.textContent = '= ' + show(total, 10000n, 2) + ' 万元'; return; }
    out.textContent = '= ' + show(total, 100000000n, total !== 0n && total < 1000000n ? 6 : 2) + ' 亿元';
  }
  function lock(group) {
    var field = group.closest('.jy-field');
    var input = field && field.querySelector('.jy-unitin .form-control, input.form-control');
    var on = group.querySelector('input:checked');
    if (!input) { return; }
    input.readOnly = !!(on && on.value);
    if (input.readOnly && input.value) { input.dataset.kept = input.value; input.value = ''; }
    if (!input.readOnly && input.dataset.kept && !input.value) { input.value = input.dataset.kept; }
    if (input.dataset.money) { convert(input); }
  }
  document.addEventListener('input', function (e) { if (e.target.dataset && e.target.dataset.money) { convert(e.target); } });
  document.addEventListener('change', function (e) {
    var group = e.target.closest && e.target.closest('.jy-unknown');
    if (group) { lock(group); }
  });
  function start() {
    Array.prototype.forEach.call(document.querySelectorAll('input[data-money]'), convert);
    Array.prototype.forEach.call(document.querySelectorAll('.jy-unknown'), lock);
  }
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', start); } else { start(); }
  document.addEventListener('htmx:load', start);
}());
