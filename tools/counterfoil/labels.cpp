#include "counterfoil/labels.h"

#include <span>

namespace counterfoil {
namespace {

struct Label {
  std::string_view name;
  std::string_view english;
  std::string_view chinese;
};

// The Chinese terms are those of the budget documents that the product's users work with.
constexpr Label fields[] = {
    // budgets
    {"project", "project", "项目"},
    {"unit", "unit", "预算单位"},
    {"fiscalYear", "fiscal year", "预算年度"},
    {"fund", "fund", "资金性质"},
    {"measure", "measure", "口径"},
    {"item", "item", "明细项"},
    {"original", "original budget", "年初批复数"},
    {"supplement", "supplement", "追加"},
    {"reduction", "reduction", "调减"},
    {"virement", "virement", "调剂"},
    {"clawback", "clawback", "收回"},
    {"poolAllocation", "pool allocation", "统筹"},
    {"cancellation", "cancellation", "取消"},
    {"carryOver", "carry-over", "结转"},
    {"reserveDraw", "reserve draw", "动用预备费"},
    {"restatement", "restatement", "重述"},
    {"current", "current budget", "变动后预算数"},
    {"committed", "committed", "未结承诺"},
    {"spent", "spent", "支出数"},
    {"available", "available", "可用余额"},
    {"executionRate", "execution rate", "预算执行率"},
    {"lastSequence", "last event", "最新事件"},
    // adjustments
    {"sequence", "event", "事件"},
    {"leg", "leg", "分录"},
    {"kind", "kind", "调整类型"},
    {"cause", "cause", "调整原因"},
    {"request", "request", "申请编号"},
    {"amount", "amount", "金额"},
    {"balanceAfter", "budget after", "变动后余额"},
    {"vintage", "vintage", "资金年度"},
    {"document", "document", "文号"},
    {"actor", "actor", "经办人"},
    {"role", "role", "角色"},
    {"organisation", "organisation", "机构"},
    {"recordedAt", "recorded at", "入账时间"},
    {"decidedAt", "decided at", "决定时间"},
    {"effectiveOn", "effective on", "生效日期"},
    {"reason", "reason", "理由"},
    {"breaches", "rules broken", "违反规则"},
    {"reversedBy", "reversed by", "冲销事件"},
    // targets
    {"about", "subject", "对象"},
    {"version", "version", "版本"},
    {"indicators", "indicators", "指标数"},
    {"approval", "approval", "批复事件"},
    {"approvedAt", "approved at", "批复时间"},
    {"returned", "returned by", "退回事件"},
    // monitoring
    {"checkedOn", "checked on", "监控日期"},
    {"attainment", "attainment", "绩效目标完成率"},
    {"light", "light", "监控灯"},
    {"dueOn", "due on", "整改期限"},
    {"correction", "correction", "整改通知"},
    {"problem", "to be corrected", "整改事由"},
    {"verification", "verified by", "核验事件"},
    {"verifiedOn", "verified on", "核验日期"},
    // grades and obligations
    {"evaluatedYear", "evaluated year", "被评价年度"},
    {"madeIn", "made in", "评价开展年度"},
    {"level", "level", "评价层级"},
    {"grade", "grade", "评价等级"},
    {"supersededBy", "superseded by", "替代事件"},
    {"declaredScore", "declared score", "申报得分"},
    {"recomputedScore", "recomputed score", "复算得分"},
    {"scored", "scored", "有得分"},
    {"differs", "scores differ", "得分不符"},
    {"gradeByScore", "grade by score", "得分对应等级"},
    {"evaluator", "evaluator", "评价机构"},
    {"applied", "applied by", "结果应用事件"},
    {"answers", "answered by", "应用措施"},
    {"unmet", "targets not met", "未完成指标"},
    // compliance and stale decisions
    {"rule", "rule", "规则"},
    {"mode", "let pass as", "放行方式"},
    {"finding", "finding", "违规情况"},
    {"authority", "authority", "批准机关"},
    {"ruleSet", "rule set", "规则版本"},
    {"cited", "cites", "依据事件"},
    {"citedFact", "which is a", "依据类型"},
    {"became", "which was", "依据状态"},
    {"by", "by", "变更事件"},
    // priorities, pools, library, units, cuts
    {"list", "list", "保障清单"},
    {"department", "department", "主管部门"},
    {"rank", "rank", "排序"},
    {"title", "name", "名称"},
    {"required", "required", "保障需求"},
    {"planned", "planned", "计划安排"},
    {"funded", "funded", "已安排"},
    {"shortfall", "shortfall", "缺口"},
    {"pool", "pool", "统筹池"},
    {"sourceTag", "source tag", "来源标记"},
    {"incoming", "in", "收入池"},
    {"outgoing", "out", "池支出"},
    {"remaining", "remaining", "池结存"},
    {"category", "category", "项目类别"},
    {"stage", "stage", "入库阶段"},
    {"score", "appraisal score", "评估得分"},
    {"verdict", "appraisal", "评估结论"},
    {"affordable", "affordable", "财政可承受"},
    {"total", "total", "总额"},
    {"outcome", "outcome", "结项结果"},
    {"lines", "lines", "指标条数"},
    {"gradeEvent", "grade's event", "评价事件"},
    // principals and their tokens
    {"principal", "principal", "主体"},
    {"since", "since", "起始时间"},
    {"revokedBy", "revoked by", "撤销事件"},
    {"id", "id", "编号"},
    {"issued", "issued", "签发时间"},
    {"expires", "expires", "失效时间"},
    {"scope", "may", "权限"},
    // statements
    {"carriedIn", "carried in", "上年结转"},
    {"carriedOut", "carried out", "结转下年"},
    {"reserve", "reserve", "预备费"},
    {"hasSpent", "spent is stated", "已报支出"},
    {"statedOn", "stated on", "报表日期"},
    {"statements", "statements", "报表数"},
    // samples and waterfalls
    {"hits", "hits", "命中次数"},
    {"certain", "certain", "必选"},
    {"receipt", "receipt", "存证文件"},
    {"step", "step", "步骤"},
    // ceilings and proposals
    {"base", "base", "基数"},
    {"ceiling", "ceiling", "控制数"},
    {"appropriated", "appropriated", "批复数"},
    {"change", "change", "拟调整额"},
    {"proposal", "proposal", "调整建议"},
    {"evidence", "evidence", "依据"},
    {"adjustment", "carried out by", "执行事件"},
    {"movedBy", "moved by", "情况变动事件"},
    // facts and the yearly account
    {"recordedBy", "recorded by", "记录者"},
    {"meaning", "meaning", "含义"},
    {"field", "field", "字段"},
    {"form", "written as", "写法"},
    {"section", "section", "部分"},
    {"figure", "figure", "指标"},
    {"count", "count", "数量"},
    // events
    {"fact", "what happened", "事件类型"},
    {"subjects", "about", "事项"},
    {"detail", "detail", "明细"},
    // explanations, differences between moments, other rule sets
    {"subject", "subject", "对象"},
    {"sum", "sum of events", "事件之和"},
    {"events", "events", "事件数"},
    {"component", "counts as", "计入"},
    {"sumAfter", "sum so far", "累计"},
    {"rules", "rule", "规则"},
    {"from", "from", "原数"},
    {"to", "to", "现数"},
    {"allowed", "allowed", "限额"},
    {"refused", "refused", "不予通过"},
    {"capped", "capped", "应予压减"},
    {"overrideRequired", "override required", "需特批"},
    {"observed", "observed", "记录在案"},
    {"permitted", "permitted", "予以准许"},
    // consumers of the feed
    {"consumer", "consumer", "消费者"},
    {"partition", "partition", "分区"},
    {"partitions", "partitions", "分区数"},
    {"parked", "parked", "搁置事件数"},
    {"readSince", "read since", "读取开始时间"},
    {"filter", "filter", "筛选条件"},
    {"owner", "created by", "创建人"},
    {"createdAt", "created at", "创建时间"},
    {"since", "parked since", "搁置时间"},
    {"tries", "failed deliveries", "失败次数"},
    {"due", "to be delivered again", "待重发"},
    // differences
    {"expected", "published", "公布数"},
    {"actual", "in the ledger", "账内数"},
    {"difference", "difference", "差额"},
    // views
    {"name", "view", "视图"},
    {"position", "position", "位置"},
    {"lag", "lag", "滞后"},
    {"state", "state", "状态"},
    {"rows", "rows", "行数"},
    {"digest", "digest", "摘要"},
    {"before", "digest before", "重建前摘要"},
    {"after", "digest after", "重建后摘要"},
    {"same", "same", "一致"},
    {"lastError", "last error", "最近错误"},
    {"lagSeconds", "lag in seconds", "滞后秒数"},
    {"rate", "events a second", "每秒事件数"},
    {"building", "version being built", "在建版本"},
    {"built", "built so far", "已建位置"},
    {"key", "key", "键"},
    {"how", "how", "情况"},
    {"served", "in the view", "视图内"},
    {"folded", "by the journal", "按日志重算"},
};

constexpr Label values[] = {
    // readers of consumers
    {"idle", "idle", "无人读取"},
    {"reading", "reading", "读取中"},
    {"otherEpoch", "otherEpoch", "属于其他纪元"},
    // kinds of adjustment
    {"supplement", "supplement", "追加"},
    {"reduction", "reduction", "调减"},
    {"virement", "virement", "调剂"},
    {"clawback", "clawback", "收回"},
    {"poolAllocation", "poolAllocation", "统筹"},
    {"cancellation", "cancellation", "取消"},
    {"carryOver", "carryOver", "结转"},
    {"reserveDraw", "reserveDraw", "动用预备费"},
    {"restatement", "restatement", "重述"},
    // causes
    {"other", "other", "其他"},
    {"grade", "grade", "评价等级"},
    {"acrossTheBoard", "acrossTheBoard", "统一压减"},
    {"fiveFactors", "fiveFactors", "五因素"},
    {"monitoring", "monitoring", "绩效监控"},
    {"austerity", "austerity", "过紧日子"},
    {"policyExpired", "policyExpired", "政策到期"},
    {"statement", "statement", "报表核对"},
    // roles
    {"unit", "unit", "预算单位"},
    {"department", "department", "主管部门"},
    {"finance", "finance", "财政部门"},
    {"performance", "performance", "绩效管理机构"},
    {"treasury", "treasury", "国库"},
    {"government", "government", "政府"},
    {"congress", "congress", "人大"},
    {"audit", "audit", "审计"},
    {"admin", "admin", "系统管理员"},
    // levels and grades
    {"self", "self", "单位自评"},
    {"excellent", "excellent", "优"},
    {"good", "good", "良"},
    {"medium", "medium", "中"},
    {"poor", "poor", "差"},
    {"current", "current", "现行"},
    {"outranked", "outranked", "以上级评价为准"},
    {"superseded", "superseded", "已被替代"},
    {"reversed", "reversed", "已冲销"},
    // targets
    {"submitted", "submitted", "已申报"},
    {"returned", "returned", "已退回"},
    {"replaced", "replaced", "已批复后被替代"},
    {"inForce", "inForce", "已批复执行"},
    // lights, corrections and obligations
    {"green", "green", "绿灯"},
    {"yellow", "yellow", "黄灯"},
    {"red", "red", "红灯"},
    {"open", "open", "未办结"},
    {"corrected", "corrected", "已整改"},
    {"notCorrected", "notCorrected", "整改不到位"},
    {"answered", "answered", "已应用"},
    {"waived", "waived", "免予处理"},
    {"lapsed", "lapsed", "已失效"},
    // proposals
    {"due", "due", "待提出"},
    {"approved", "approved", "已批准"},
    {"refused", "refused", "未获批准"},
    {"moved", "moved", "情况已变"},
    {"carriedOut", "carriedOut", "已执行"},
    // explanations and differences
    {"original", "original", "年初批复"},
    {"committed", "committed", "承诺"},
    {"spent", "spent", "支出"},
    {"changed", "changed", "有变动"},
    {"opened", "opened", "新增"},
    {"gone", "gone", "已无"},
    {"capped", "capped", "应予压减"},
    {"overrideRequired", "overrideRequired", "需特批"},
    {"permitted", "permitted", "予以准许"},
    // breaches
    {"observed", "observed", "记录在案"},
    {"overridden", "overridden", "特批"},
    // the library
    {"proposed", "proposed", "已申报"},
    {"pipeline", "pipeline", "储备库"},
    {"appraised", "appraised", "已评估"},
    {"affordable", "affordable", "已通过承受能力评估"},
    {"library", "library", "预算项目库"},
    {"closed", "closed", "已结项"},
    {"recommended", "recommended", "建议立项"},
    {"conditional", "conditional", "有条件立项"},
    {"rejected", "rejected", "不予立项"},
    {"finished", "finished", "已完成"},
    {"cancelled", "cancelled", "已取消"},
    {"merged", "merged", "已合并"},
    // principals and their tokens
    {"enrolled", "enrolled", "已登记"},
    {"held", "held", "有效"},
    {"revoked", "revoked", "已撤销"},
    {"record", "record and read", "记录和查阅"},
    {"read", "read", "查阅"},
    // entries of views
    {"changed", "changed", "不一致"},
    {"missing", "missing", "缺少"},
    {"extra", "extra", "多出"},
};

std::optional<std::string_view> find(std::span<const Label> labels, std::string_view name,
                                     Language language) {
  for (const Label& label : labels)
    if (label.name == name) return language == Language::english ? label.english : label.chinese;
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> field_label(std::string_view field, Language language) {
  return find(fields, field, language);
}

std::optional<std::string_view> value_label(std::string_view value, Language language) {
  return find(values, value, language);
}

}  // namespace counterfoil
