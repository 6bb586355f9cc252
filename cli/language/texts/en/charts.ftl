# Charts
