/* 聚源 · autosave.js:停笔一会儿就把填到哪里存到服务器(不存在浏览器里,不存文件);
   右上写「已自动保存 10:32」。没有它照样能填能交。 */
(function () {
  'use strict';
  var form = document.querySelector('form[data-autosave]');
  var state = document.querySelector('[data-autosave-state]');
  if (!form || !state || !window.fetch) { return; }
  var PAUSE = 1200, timer = 0, dirty = false, sent = false, running = null, refused = false;
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  function say(text, bad) {
    state.hidden = false;
    state.textContent = text;
    state.classList.toggle('jy-autosave--bad', !!bad);
  }
  function changed(row) {
    return row.hasAttribute('data-restored') || all('input, select, textarea', row).some(function (el) {
      if (el.type === 'hidden') { return false; }
      if (el.tagName === 'SELECT') {
        var was = all('option', el).filter(function (o) { return o.defaultSelected; })[0] || el.options[0];
        return el.value !== was.value;
      }
      return el.value !== el.defaultValue;
    });
  }
  function body() {
    var found = new URLSearchParams();
    var rows = form.hasAttribute('data-autosave-rows');
    new FormData(form).forEach(function (value, name) {
      if (typeof value !== 'string') { return; }
      if (rows) {
        var el = form.elements[name];
        var row = el && el.closest && el.closest('[data-row]');
        if (row && !changed(row)) { return; }
      }
      found.append(name, value);
    });
    found.append('_form', form.dataset.autosaveForm);
    found.append('_object', form.dataset.autosaveObject);
    found.append('_version', form.dataset.autosaveVersion);
    return found;
  }
  function save() {
    window.clearTimeout(timer);
    if (!dirty || sent || running) { return; }
    dirty = false;
    running = window.AbortController ? new AbortController() : {};
    fetch(form.dataset.autosave, { method: 'POST', body: body(), credentials: 'same-origin', headers: { 'HX-Request': 'true' }, signal: running.signal })
      .then(function (answer) {
        running = null;
        if (answer.status === 401 || answer.redirected) { say('登录已过期，没有自动保存', true); return null; }
        return answer.json();
      })
      .then(function (said) {
        if (!said) { return; }
        if (said.error) { refused = true; say(said.error, true); return; }
        form.dataset.autosaved = '1';
        say('已自动保存 ' + said.saved);
        if (dirty) { later(); }
      })
      .catch(function () {
        running = null;
        if (!sent) { dirty = true; say('网络不通，没有自动保存', true); timer = window.setTimeout(save, 8000); }
      });
  }
  function later() { window.clearTimeout(timer); timer = window.setTimeout(save, PAUSE); }
  function typed(e) {
    if (e.target.type === 'file' || !e.target.name) { return; }
    dirty = true;
    delete form.dataset.autosaved;
    if (!refused || e.type === 'change') { later(); }
  }
  form.addEventListener('input', typed);
  form.addEventListener('change', typed);
  form.addEventListener('submit', function (e) {
    if (e.defaultPrevented) { return; }
    sent = true;
    window.clearTimeout(timer);
    if (running && running.abort) { running.abort(); }
  });
  /* 关页、切走:还没存的立刻存(浏览器保证送出) */
  function leave() {
    if (!dirty || sent || !navigator.sendBeacon) { return; }
    dirty = false;
    navigator.sendBeacon(form.dataset.autosave, body());
  }
  document.addEventListener('visibilitychange', function () { if (document.visibilityState === 'hidden') { leave(); } });
  window.addEventListener('pagehide', leave);
}());
