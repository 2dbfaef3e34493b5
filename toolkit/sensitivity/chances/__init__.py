"""What many draws come to: the chances of awards, ranks and grades, and the weights behind them."""
