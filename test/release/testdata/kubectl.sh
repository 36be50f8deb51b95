ln -s cmkgate ~/.local/bin/kubectl-cmkgate
cp "cmkgate_${version}_$platform/completions/kubectl_complete-cmkgate" ~/.local/bin/
