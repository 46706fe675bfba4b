package org.popcornreplay.analysis;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One value of a result as text. */
final class Cell {
  private Cell() {}

  /** The value as text, numbers without an exponent; null for NULL. */
  static String text(ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    if (value instanceof Double number) {
      return number(number);
    }
    return value == null ? null : rows.getString(column);
  }

  /**
   * A number without an exponent and without needless zeros; {@code NaN} and infinities by name.
   */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    return exact.toPlainString();
  }
}
