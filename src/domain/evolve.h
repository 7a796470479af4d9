#pragma once

#include "domain/book.h"

namespace counterfoil {

/// Folds one record into the book. Total: it decides nothing and refuses nothing, except where the
/// numbers would not fit 64 bits (`limit`) or the record is not one that this build understands.
/// The record must be the next one of each of its subjects.
Result<void> evolve(Book& book, schema::Record::Reader record);

}  // namespace counterfoil
