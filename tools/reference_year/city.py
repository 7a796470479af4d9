"""Puts the city together; the order of the steps is what the numbers depend on."""

from reference_year import (adjustments, approvals, budget, candidates, classification, evidence,
                            execution, factors, follow_up, funding, grades, indicators,
                            institutions, library, monitoring, plan, registry, requests, results,
                            reversals, unit_reviews, year_end)


def tables(seed):
    """Every table, in the order in which they are to be imported; the closing figures last."""
    units = registry.units()
    places = registry.places(seed, units)
    evaluated = plan.draw(seed, places)
    registry.register(seed, places, evaluated.re_registered)
    reserve = registry.reserve(seed, units)
    waiting = candidates.draw(seed, units)
    classes = classification.draw(seed, places, evaluated)
    targets = indicators.targets(seed, places)

    book = budget.lines(seed, places, evaluated)
    reserves = budget.reserves(seed, reserve, book)
    lines = [*book.values(), *reserves.values()]
    execution.set_paces(seed, book)
    lists = funding.priorities(seed, book, evaluated, classes, units)
    budget.schedule(seed, lines, classes)
    plans, plan_of = library.instalments(seed, places, book, evaluated)

    changes, transfers = adjustments.plan_all(seed, book, reserves, evaluated, classes)
    doubles = execution.run(seed, book)
    adjustments.settle(changes)
    changes += year_end.clawbacks(seed, book, classes)
    adjustments.number(changes)
    statements = year_end.statements(seed, book, evaluated)
    commitments, payments = execution.commitment_table(book), execution.payment_table(book)
    undone = reversals.draw(seed, doubles, changes)
    approved = (approvals.of_targets(seed, targets) + approvals.propose(seed, changes)
                + reversals.approvals(undone))
    rejected, rejections = approvals.rejected(seed, book)

    checks = monitoring.checks(seed, book, targets)
    assigned = grades.evaluations(seed, places, evaluated)
    seen = unit_reviews.draw(seed, places, book)
    looked_at = factors.Factors(seed, places, book, units, checks, assigned, seen)
    applications = requests.draw(seed, book, targets, looked_at.of)
    estimates = funding.estimates(seed, lines, changes)
    evidence.of_appropriations(lines, book, assigned, estimates, classes, lists, plan_of)
    evidence.of_requests(changes, assigned, estimates, transfers, classes, lists)
    return [
        institutions.rule_set_table(),
        *institutions.principal_tables(),
        registry.unit_table(units),
        registry.project_table(places + [reserve], waiting),
        institutions.reorganisation_table(units),
        requests.standard_table(),
        funding.estimate_table(estimates),
        funding.transfer_table(transfers),
        library.ceiling_table(seed, book, units),
        classification.table(classes),
        *library.steps(seed, places, book, waiting),
        library.admission_table(seed, places),
        library.instalment_table(plans),
        indicators.target_table(targets),
        indicators.return_table(targets),
        approvals.proposal_table(changes, rejected),
        reversals.proposal_table(undone),
        approvals.table(approved + rejections),
        indicators.approval_table(targets),
        requests.request_table(applications),
        *looked_at.tables(),
        requests.review_table(applications),
        *funding.list_tables(lists),
        budget.appropriation_table(seed, lines, targets),
        year_end.period_table(),
        commitments,
        payments,
        monitoring.plan_table(targets),
        monitoring.table(checks),
        unit_reviews.check_table(seen),
        *follow_up.correction_tables(seed, checks),
        *follow_up.suspension_tables(follow_up.suspensions(seed, book, checks)),
        grades.table(assigned),
        unit_reviews.grade_table(seen),
        adjustments.table(changes),
        year_end.statement_table(statements),
        reversals.table(undone),
        results.table(seed, book, changes, assigned),
        institutions.closing_table(places),
        institutions.training_table(seed),
        institutions.disclosure_table(seed, units),
        budget.closing_table(lines),
    ]
