"""导入导出的网址。"""

from django.urls import path

from juyuan.foundation.exchange.views import batches, cases, flow, keeping

app_name = "exchange"
urlpatterns = [
    path("imports/", batches.batches, name="batches"),
    path("imports/new/", flow.new, name="new"),
    path("imports/cases/", cases.case_list, name="cases"),
    path("imports/cases/<uuid:case_id>/", cases.case, name="case"),
    path("imports/opening/close/", keeping.close_opening, name="close_opening"),
    path("imports/templates/<slug:kind>/", keeping.template_file, name="template"),
    path("imports/<uuid:batch_id>/", flow.batch, name="batch"),
    path("imports/<uuid:batch_id>/columns/", flow.columns, name="columns"),
    path("imports/<uuid:batch_id>/rows/<int:position>/", flow.row, name="row"),
    path("imports/<uuid:batch_id>/commit/", flow.commit, name="commit"),
    path("imports/<uuid:batch_id>/abandon/", keeping.abandon, name="abandon"),
    path("imports/<uuid:batch_id>/reverse/", keeping.reverse_batch, name="reverse"),
    path("imports/<uuid:batch_id>/refused/", keeping.refused_file, name="refused"),
    path("imports/<uuid:batch_id>/source/", keeping.source_file, name="source"),
    path("exports/<slug:kind>/", keeping.export_file, name="export"),
]
