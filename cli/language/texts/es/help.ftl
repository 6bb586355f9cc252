# Help of the commands
