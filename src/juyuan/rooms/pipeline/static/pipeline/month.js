/* 聚源 · pipeline/month.js:月度更新。改过的行变色,Ctrl+回车提交这一行,离开前提醒;选单位、期即打开。
   没有它照样能填能交。 */
(function () {
  'use strict';
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  var form = document.querySelector('form[data-month]');
  var sending = false;

  function changed(row) {
    return all('input, select, textarea', row).some(function (el) {
      if (el.type === 'hidden') { return false; }
      if (el.tagName === 'SELECT') {
        var was = all('option', el).filter(function (o) { return o.defaultSelected; })[0] || el.options[0];
        return el.value !== was.value;
      }
      return el.value !== el.defaultValue;
    });
  }

  document.addEventListener('change', function (e) {
    var go = e.target.closest('[data-go]');
    if (go) { go.form.submit(); }
  });

  var wrong = document.getElementById('wrong');
  if (wrong) { wrong.focus(); }
  if (!form) { return; }

  /* 「无变化」选了「其他」才要说明;没选的收起来 */
  function fit(box) {
    var note = box.querySelector('input');
    note.classList.toggle('quiet', !note.value && box.querySelector('select').value !== 'other');
  }
  all('[data-none]', form).forEach(fit);
  form.addEventListener('change', function (e) {
    var box = e.target.closest('[data-none]');
    if (box) { fit(box); }
  });

  form.addEventListener('input', function (e) {
    var row = e.target.closest('[data-row]');
    if (row) { row.classList.toggle('on', changed(row)); }
  });
  form.addEventListener('keydown', function (e) {
    var row = e.target.closest('[data-row]');
    if (!row) { return; }
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      row.querySelector('button[name=save]').click();
    } else if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && e.altKey) {
      var next = e.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
      if (next && e.target.name) {
        e.preventDefault();
        var name = e.target.name.slice(e.target.name.indexOf('.'));
        var twin = next.querySelector('[name$="' + name + '"]');
        if (twin) { twin.focus(); }
      }
    } else if (e.key === 'Enter' && e.target.tagName === 'INPUT') {
      e.preventDefault(); /* 单行框里的回车不是提交整张表 */
    }
  });
  form.addEventListener('submit', function () { sending = true; });
  window.addEventListener('beforeunload', function (e) {
    if (!sending && !form.dataset.autosaved && all('[data-row]', form).some(changed)) {
      e.preventDefault();
      e.returnValue = '';
    }
  });
}());
