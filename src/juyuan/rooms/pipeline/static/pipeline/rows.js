/* 聚源 · pipeline/rows.js:出资方、承载地加一行;去掉的行变淡;证据按种类只显示要填的栏。
   没有它照样能填:服务器总留一行空的,栏目全显示。 */
(function () {
  'use strict';
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  /* 每种材料要填的栏(与 forms/acts.py 的 shown 同一张表;判断在服务器) */
  var NEEDS = {
    contact: ['place', 'two_way'],
    works_photo: ['place'],
    prereview: ['issuer', 'number', 'conclusion'],
    due_diligence: ['issuer', 'number', 'conclusion'],
    review_passed: ['issuer', 'number', 'conclusion'],
    legality: ['issuer', 'number', 'conclusion'],
    fair_competition: ['issuer', 'number', 'conclusion']
  };
  var VARYING = ['issuer', 'number', 'conclusion', 'place', 'two_way'];
  function fit(form) {
    var fact = form.querySelector('[name=fact]');
    if (!fact) { return; }
    var shown = fact.value ? (NEEDS[fact.value] || ['issuer', 'number']) : VARYING;
    VARYING.forEach(function (name) {
      var input = form.querySelector('[name=' + name + ']');
      var box = input && input.closest('.jy-field');
      if (box && !box.classList.contains('jy-field--bad')) { box.hidden = shown.indexOf(name) < 0; }
    });
  }

  function add(prefix) {
    var box = document.querySelector('[data-rows="' + prefix + '"]');
    var total = document.querySelector('[name="' + prefix + '-TOTAL_FORMS"]');
    var rows = all('[data-row]', box);
    var last = rows[rows.length - 1];
    var at = parseInt(total.value, 10);
    var copy = last.cloneNode(true);
    all('[id], [name], [for]', copy).forEach(function (el) {
      ['id', 'name', 'for'].forEach(function (attr) {
        var said = el.getAttribute(attr);
        if (said) { el.setAttribute(attr, said.replace(new RegExp('(' + prefix + ')-\\d+-'), '$1-' + at + '-')); }
      });
    });
    all('input, select', copy).forEach(function (el) {
      if (el.type === 'checkbox') { el.checked = false; } else if (el.tagName === 'SELECT') { el.selectedIndex = 0; } else { el.value = ''; }
    });
    all('.jy-err', copy).forEach(function (el) { el.remove(); });
    copy.classList.remove('gone');
    copy.querySelector('legend').textContent = '第 ' + (at + 1) + ' 行';
    box.appendChild(copy);
    total.value = String(at + 1);
    if (window.htmx) { window.htmx.process(copy); }
    copy.querySelector('input:not([type=hidden]), select').focus();
  }

  document.addEventListener('click', function (e) {
    var button = e.target.closest('[data-add-row]');
    if (button) { add(button.dataset.addRow); }
  });
  document.addEventListener('change', function (e) {
    if (e.target.name && /-remove$/.test(e.target.name)) { e.target.closest('[data-row]').classList.toggle('gone', e.target.checked); }
    if (e.target.name === 'fact') { all('[data-evidence]').forEach(fit); }
  });
  all('[data-add-row]').forEach(function (b) { b.hidden = false; });
  all('[data-evidence]').forEach(fit);
}());
