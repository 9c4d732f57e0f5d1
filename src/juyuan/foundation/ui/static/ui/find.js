/* 聚源 · find.js:顶栏检索。Ctrl+K 或 / 进入;边打边出结果(listbox,↑↓ 选,回车打开,Esc 收起)。
   没有脚本时就是一个普通的 GET 表单。 */
(function () {
  'use strict';
  var form = document.querySelector('[data-find]');
  if (!form) { return; }
  var input = form.querySelector('input[type=search]');
  var box = form.querySelector('.jy-hits');
  var timer = 0, asked = 0, at = -1, composing = false;

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-expanded', 'false');
  input.setAttribute('aria-controls', 'jy-hits');
  input.setAttribute('aria-autocomplete', 'list');

  function options() { return Array.prototype.slice.call(box.querySelectorAll('[role=option]')); }
  function close() { box.hidden = true; at = -1; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); }
  function mark(next) {
    var list = options();
    if (!list.length) { return; }
    at = (next + list.length) % list.length;
    list.forEach(function (o, i) { o.setAttribute('aria-selected', String(i === at)); });
    input.setAttribute('aria-activedescendant', list[at].id);
    list[at].scrollIntoView({ block: 'nearest' });
  }
  function ask() {
    var q = input.value.trim();
    if (!q) { close(); return; }
    var mine = ++asked;
    fetch(form.getAttribute('action') + '?q=' + encodeURIComponent(q), { credentials: 'same-origin', headers: { 'HX-Request': 'true', 'HX-Target': 'jy-hits' } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ''; })
      .then(function (html) {
        if (mine !== asked || document.activeElement !== input) { return; }
        box.innerHTML = html; /* 本站服务器渲染、已转义 */
        at = -1;
        box.hidden = !html;
        input.setAttribute('aria-expanded', String(!!html));
      })
      .catch(function () { close(); });
  }
  input.addEventListener('compositionstart', function () { composing = true; });
  input.addEventListener('compositionend', function () { composing = false; later(); });
  function later() { window.clearTimeout(timer); timer = window.setTimeout(ask, 180); }
  input.addEventListener('input', function () { if (!composing) { later(); } });
  input.addEventListener('keydown', function (e) {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      if (box.hidden) { return; }
      e.preventDefault();
      mark(at < 0 && e.key === 'ArrowUp' ? -1 : at + (e.key === 'ArrowDown' ? 1 : -1));
    } else if (e.key === 'Enter' && at >= 0 && !box.hidden) {
      e.preventDefault();
      window.location.href = options()[at].href;
    } else if (e.key === 'Escape') {
      if (!box.hidden) { close(); e.stopPropagation(); } else { form.classList.remove('jy-find--open'); input.blur(); }
    }
  });
  form.addEventListener('focusout', function (e) {
    if (!form.contains(e.relatedTarget)) { window.setTimeout(close, 120); form.classList.remove('jy-find--open'); }
  });
  box.addEventListener('mousedown', function (e) { e.preventDefault(); });

  function enter() { form.classList.add('jy-find--open'); input.focus(); input.select(); }
  document.addEventListener('keydown', function (e) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) || document.activeElement.isContentEditable;
    if (((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'k') || (e.key === '/' && !typing && !e.ctrlKey && !e.metaKey)) { e.preventDefault(); enter(); }
  });
  var opener = document.querySelector('[data-find-open]');
  if (opener) { opener.addEventListener('click', function (e) { e.preventDefault(); enter(); }); }
}());
