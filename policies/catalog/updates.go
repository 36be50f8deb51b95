package catalog

// UpdatesKeys reports whether ACK carries out an update of the kind that
// changes which key protects the resource. Of the others, a key that is changed
// later never reaches AWS.
func UpdatesKeys(kind Kind) bool {
	switch kind.Name {
	case "Endpoint", "Pipeline": // by the EndpointConfig it names, and by its definition
		return true
	}
	for _, f := range Fields() {
		if f.Kind == kind && f.Mutable {
			return true
		}
	}
	return false
}
