version=0.1.0 platform=linux_amd64
releases=https://github.com/cmkgate/cmkgate/releases/download
curl -fsSLO "$releases/v$version/cmkgate_${version}_$platform.tar.gz"
curl -fsSLO "$releases/v$version/checksums.txt"
sha256sum --check --ignore-missing checksums.txt
tar -xzf "cmkgate_${version}_$platform.tar.gz"
mkdir -p ~/.local/bin
cp "cmkgate_${version}_$platform/cmkgate" ~/.local/bin/
