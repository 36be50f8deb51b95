mkdir -p ~/.local/share/bash-completion/completions
cp "cmkgate_${version}_$platform/completions/cmkgate.bash" ~/.local/share/bash-completion/completions/
