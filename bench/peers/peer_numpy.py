"""NumPy's matrix product as a peer: started by `cpu.py`, which sets its threads in the environment; see `serve.py`."""

from inputs import factors, product_error
from serve import arguments, serve


def main() -> None:
    cell, _, answers = arguments()
    left, right = factors(cell.size)
    serve(lambda: left @ right, product_error(left, right, left @ right), answers)


main()
