"""公文的台账事件与它们的中文名。"""

EVENTS = {
    "papers.document.drafted": "起草公文",
    "papers.document.revised": "改稿",
    "papers.document.redrafted": "重新带出事实",
    "papers.document.submitted": "公文送批",
    "papers.document.approved": "批准公文",
    "papers.document.returned": "退回公文",
    "papers.document.issued": "印发公文",
    "papers.document.voided": "公文作废",
    "papers.document.scanned": "上传盖章件",
    "papers.document.delivered": "记录送达",
}
