"""Puts the city together; the order of the steps is what the numbers depend on."""

from reference_year import (adjustments, budget, execution, grades, indicators, monitoring, plan,
                            registry, reversals)


def tables(seed):
    """Every table, in the order in which they are to be imported; the closing figures last."""
    units = registry.units()
    places = registry.places(seed, units)
    evaluations = plan.draw(seed, places)
    registry.register(seed, places, evaluations.re_registered)
    reserve = registry.reserve(seed, units)
    targets = indicators.targets(seed, places)
    book = budget.lines(seed, places, evaluations)
    reserves = budget.reserves(seed, reserve, book)
    execution.set_paces(seed, book)
    requests = adjustments.plan_all(seed, book, reserves, evaluations)
    doubles = execution.run(seed, book)
    adjustments.settle(requests)
    lines = [*book.values(), *reserves.values()]
    return [
        registry.unit_table(units),
        registry.project_table(places + [reserve]),
        indicators.target_table(targets),
        indicators.approval_table(targets),
        budget.appropriation_table(seed, lines, targets),
        execution.commitment_table(book),
        execution.payment_table(book),
        monitoring.table(seed, book, targets),
        grades.table(seed, places, evaluations),
        adjustments.table(requests),
        reversals.table(seed, doubles, requests),
        budget.closing_table(lines),
    ]
