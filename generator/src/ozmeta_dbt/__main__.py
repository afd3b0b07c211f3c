from ozmeta_dbt.cli import main

main()
