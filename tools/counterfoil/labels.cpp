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
    // events
    {"fact", "what happened", "事件类型"},
    {"subjects", "about", "事项"},
    {"detail", "detail", "明细"},
    // differences
    {"expected", "published", "公布数"},
    {"actual", "in the ledger", "账内数"},
    {"difference", "difference", "差额"},
    // views
    {"name", "view", "视图"},
    {"version", "version", "版本"},
    {"position", "position", "位置"},
    {"lag", "lag", "滞后"},
    {"state", "state", "状态"},
    {"rows", "rows", "行数"},
    {"digest", "digest", "摘要"},
    {"before", "digest before", "重建前摘要"},
    {"after", "digest after", "重建后摘要"},
    {"same", "same", "一致"},
    {"lastError", "last error", "最近错误"},
};

constexpr Label values[] = {
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
