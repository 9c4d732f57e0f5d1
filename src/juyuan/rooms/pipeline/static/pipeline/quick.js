/* 聚源 · pipeline/quick.js:表格里就地改一格。Esc 不改了,回车保存,焦点回到那一格,朗读「已保存」。
   没有它铅笔就是去编辑页那一栏的链接。 */
(function () {
  'use strict';
  var open = null;
  var said = document.querySelector('[data-quick-said]');
  if (!said || !window.htmx) { return; }

  function say(text) {
    said.textContent = text;
    said.classList.toggle('on', !!text);
    window.clearTimeout(say.timer);
    say.timer = window.setTimeout(function () { said.classList.remove('on'); }, 4000);
  }
  function pen(key) { return document.querySelector('[data-pen="' + CSS.escape(key) + '"]'); }
  function close(focus) {
    if (!open) { return; }
    var was = open;
    open = null;
    was.cell.textContent = '';
    was.cell.appendChild(was.kept);
    was.cell.classList.remove('pl-open');
    window.htmx.process(was.cell);
    var back = pen(was.key);
    if (focus && back) { back.focus(); }
  }
  function keep(cell) {
    var copy = document.createDocumentFragment();
    Array.prototype.forEach.call(cell.childNodes, function (node) { copy.appendChild(node.cloneNode(true)); });
    Array.prototype.forEach.call(copy.querySelectorAll('.htmx-request'), function (el) { el.classList.remove('htmx-request'); });
    return copy;
  }

  document.addEventListener('htmx:beforeSwap', function (e) {
    var from = e.detail.requestConfig && e.detail.requestConfig.elt;
    if (!from || !from.matches || !from.matches('[data-pen]') || !e.detail.shouldSwap) { return; }
    close(false);
    say('');
    open = { cell: e.detail.target, key: from.dataset.pen, kept: keep(e.detail.target) };
    open.cell.classList.add('pl-open');
  });
  document.addEventListener('htmx:afterSettle', function () {
    if (!open) { return; }
    var form = open.cell.querySelector('[data-quick]');
    if (!form) { /* 拒绝的说明:给一个收起的办法 */
      if (!open.cell.querySelector('[data-quick-cancel]')) {
        var button = document.createElement('button');
        button.type = 'button';
        button.className = 'btn btn-sm';
        button.dataset.quickCancel = '';
        button.textContent = '收起';
        open.cell.appendChild(button);
        button.focus();
      }
      return;
    }
    var first = form.querySelector('[data-quick-focus]') || form.querySelector('input:not([type=hidden]):not([readonly]), select');
    if (first && !form.contains(document.activeElement)) {
      first.focus();
      if (first.select) { first.select(); }
      form.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  });

  /* 新的一行来了:勾着的仍勾着,合计与页签随之重取 */
  var picked = false;
  document.addEventListener('htmx:beforeSwap', function (e) {
    var box = open && e.detail.target.tagName === 'TR' && e.detail.target.querySelector('input[name=pick]');
    picked = !!(box && box.checked);
  });
  document.addEventListener('jy:row', function (e) {
    var key = e.detail.key || (open && open.key) || '';
    open = null;
    var back = key && pen(key);
    var row = back && back.closest('tr');
    if (row) {
      row.classList.add('pl-saved');
      window.setTimeout(function () { row.classList.remove('pl-saved'); }, 2000);
      var box = row.querySelector('input[name=pick]');
      if (box) { box.checked = picked; box.dispatchEvent(new Event('change', { bubbles: true })); }
      back.focus();
    }
    say(e.detail.said || '');
    if (e.detail.sums) { sums(); }
  });
  function sums() {
    fetch(window.location.href, { credentials: 'same-origin' }).then(function (answer) {
      return answer.ok ? answer.text() : '';
    }).then(function (html) {
      var page = html && new DOMParser().parseFromString(html, 'text/html');
      ['.jy-tbl--lib tfoot', '.jy-strip'].forEach(function (part) {
        var now = document.querySelector(part);
        var next = page && page.querySelector(part);
        if (now && next) { now.replaceWith(document.adoptNode(next)); }
      });
    });
  }

  document.addEventListener('click', function (e) {
    if (e.target.closest('[data-quick-cancel]')) { close(true); }
  });
  document.addEventListener('keydown', function (e) {
    if (!open || !open.cell.contains(e.target)) { return; }
    if (e.key === 'Escape') { e.preventDefault(); close(true); }
    if (e.key === 'Enter' && e.target.tagName === 'SELECT') { e.preventDefault(); e.target.form.requestSubmit(); }
  });
  document.addEventListener('htmx:responseError', function (e) {
    if (e.detail.xhr.status === 404 && open) { close(true); say('这个项目现在看不到了，请刷新页面'); }
  });
  document.addEventListener('htmx:sendError', function () { if (open) { say('网络不通，没有保存'); } });
}());
